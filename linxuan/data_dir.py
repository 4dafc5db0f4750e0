"""What is made once and kept in the data folder: the key that signs cookies, and the id of the installation."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4


def prepare_folder(data_dir: Path) -> None:
    """Make the data folder, readable by its owner alone. Raises OSError."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)


def prefect_folder(data_dir: Path) -> Path:
    """Return where the private Prefect server keeps its things."""
    return data_dir / "prefect"


def secret_key(data_dir: Path) -> str:
    """Return the kept key, 256 bits in hexadecimal; makes it the first time. Raises OSError."""
    return _kept(data_dir / "secret_key", lambda: secrets.token_hex(32))


def instance_id(data_dir: Path) -> str:
    """Return the kept id of the installation; makes it the first time. Raises OSError."""
    return _kept(data_dir / "instance_id", lambda: str(uuid4()))


def _kept(path: Path, make: Callable[[], str]) -> str:
    """Return the text of a file only its owner may read; one of several processes makes it."""
    if not path.exists():
        prepare_folder(path.parent)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
    return path.read_text(encoding="ascii").strip()

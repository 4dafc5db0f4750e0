"""Addresses to go on to: paths of this site only, whatever a link claims (S16)."""

import re
from urllib.parse import urlsplit

# Printable ASCII without a backslash, which browsers read as a slash; a second slash anywhere would begin a host.
LOCAL = re.compile(r"/(?!/)[!-\[\]-~]*")


def local_path(wanted: str | None, default: str) -> str:
    """Return a path of this site as given, or the default when it leads anywhere else."""
    if not wanted or len(wanted) > 2000 or not LOCAL.fullmatch(wanted):
        return default
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return default
    is_local = not parts.scheme and not parts.netloc and "//" not in parts.path
    return wanted if is_local else default

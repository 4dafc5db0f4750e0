#!/bin/sh
# Makes .venv from requirements-dev.lock, every file checked by its hash. Needs Python 3.11 or newer, nothing else.
set -eu

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-} python3 python3.11 python3.12 python3.13 python3.14; do
        if is_new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "Python 3.11 or newer is needed (PYTHON=/path/to/python3 names one)." >&2
    exit 1
}

make_environment() {
    python=$(find_python)
    # Debian packs ensurepip apart from Python.
    if ! "$python" -c 'import ensurepip' 2>/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv
    fi
    "$python" -m venv .venv
}

is_new_enough .venv/bin/python || make_environment

# uv does not read pip's settings; an office that points pip at a mirror means uv, too.
mirror=${PIP_INDEX_URL:-$(.venv/bin/pip config get global.index-url 2>/dev/null || true)}
if [ -n "$mirror" ] && [ -z "${UV_DEFAULT_INDEX:-}" ]; then
    export UV_DEFAULT_INDEX="$mirror"
fi

if ! .venv/bin/uv --version >/dev/null 2>&1; then
    sed -n '/^uv==/,/# via/p' requirements-dev.lock >.venv/uv.lock
    .venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock
fi
.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements-dev.lock
.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .

#!/bin/sh
# Looks for what the tests need of the machine, and gets it where that is allowed: Debian as root.
# What stays missing goes into .stamps/missing, one line; its tests are skipped, except with CI=true, where it is an error.
set -eu
mkdir -p .stamps

has_chromium() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name" >/dev/null; then return 0; fi
    done
    return 1
}

has_chinese_font() {
    if command -v fc-list >/dev/null; then
        [ -n "$(fc-list :lang=zh-cn family 2>/dev/null)" ]
    else
        [ -n "$(find /usr/share/fonts -iname '*noto*cjk*' 2>/dev/null | head -n 1)" ]
    fi
}

missing() {
    has_chromium || echo chromium
    has_chinese_font || echo fonts-noto-cjk
}

wanted=$(missing)
if [ -n "$wanted" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    # shellcheck disable=SC2086 # one word a package
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted; } \
        || echo "The packages could not be installed: $wanted" >&2
    wanted=$(missing)
fi

if [ -n "$wanted" ] && [ "${CI:-}" = true ]; then
    echo "Missing on this machine:" $wanted >&2
    exit 1
fi
: >.stamps/missing
[ -z "$wanted" ] || echo "Missing on this machine, so its tests were skipped:" $wanted >.stamps/missing

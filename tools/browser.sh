#!/bin/sh
# Gets what the browser tests need, where this machine lets it: sh tools/browser.sh
#
# A browser (chromium) and a Korean font from the system's packages, which only root installs; axe-core, by
# version and digest, from tests/browser/package-lock.json. The tests skip what is missing, so nothing here
# fails a run: each thing that could not be had is said in a line.
set -u
cd "$(dirname "$0")/.." || exit 0

say() {
    echo "browser: $1" >&2
}

has() {
    command -v "$1" >/dev/null 2>&1
}

has_browser() {
    [ -n "${CLEW_BROWSER-}" ] || has chromium || has chromium-browser || has google-chrome || has google-chrome-stable
}

has_font() {
    has fc-list && [ -n "$(fc-list :lang=ko 2>/dev/null | head -n 1)" ]
}

wanted=
has_browser || wanted="$wanted chromium"
has_font || wanted="$wanted fonts-nanum"
has npm || wanted="$wanted npm"
if [ -n "$wanted" ]; then
    if has apt-get && [ "$(id -u)" = 0 ]; then
        log=$(mktemp)
        { DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120 update &&
            DEBIAN_FRONTEND=noninteractive timeout 900 apt-get -q -o DPkg::Lock::Timeout=120 install -y \
                --no-install-recommends $wanted; } >"$log" 2>&1 </dev/null ||
            say "these could not be installed:$wanted; $(tail -n 1 "$log")"
        rm -f "$log"
    else
        say "missing:$wanted; install with your system's packages (Debian, Ubuntu: apt install$wanted)"
    fi
fi

axe=tests/browser/node_modules/axe-core/axe.min.js
pinned=$(sed -n 's/.*"axe-core": "\([0-9.]*\)".*/\1/p' tests/browser/package.json)
found=$(sed -n 's/.*"version": "\([0-9.]*\)".*/\1/p' tests/browser/node_modules/axe-core/package.json 2>/dev/null | head -n 1)
if [ ! -f "$axe" ] || [ "$found" != "$pinned" ]; then
    if has npm; then
        (cd tests/browser && timeout 300 npm ci --ignore-scripts --no-audit --no-fund --silent </dev/null >/dev/null 2>&1) ||
            say "the accessibility checker (axe-core $pinned) could not be installed by npm ci in tests/browser"
    else
        say "the accessibility checker (axe-core $pinned) needs npm, which is not here"
    fi
fi

has_browser || say "no browser: tests/browser will be skipped"
[ -f "$axe" ] || say "no accessibility checker: its tests will be skipped"
exit 0

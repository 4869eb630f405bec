#!/bin/sh
# Makes the project's own environment: sh tools/environment.sh FOLDER [PYTHON]
#
# Every package comes from requirements.lock, by version and hash, as a wheel. The project itself
# is built with the hatchling of the same file, so that nothing unpinned is ever fetched.
set -eu
folder=$1
asked=${2-}

fail() {
    echo "make: $1" >&2
    exit 1
}

python=
found=
bare=
for candidate in ${asked:-python3 python python3.14 python3.13 python3.12 python3.11}; do
    version=$("$candidate" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) || continue
    found="$found${found:+, }$candidate is $version"
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    if "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
        python=$candidate
        break
    fi
    bare="$bare${bare:+, }$candidate $version"
done

if [ -z "$python" ]; then
    [ -z "$bare" ] || fail "expected a Python with the modules venv and ensurepip, found $bare without; \
install them (Debian, Ubuntu: apt install python3-venv) or name another: make PYTHON=/path/to/python3"
    fail "expected Python 3.11 or newer, found ${found:-no program called ${asked:-python3}}; \
install one, or name it: make PYTHON=/path/to/python3"
fi

echo "Making $folder with $python $version (once; the packages take some 650 MB)"
"$python" -m venv --clear "$folder" || fail "the environment $folder could not be made; the reason stands above"
pip() {
    "$folder/bin/python" -m pip --disable-pip-version-check --no-input "$@"
}
pip install --quiet --only-binary :all: --require-hashes -r requirements.lock ||
    fail "the packages of requirements.lock could not be installed; the reason stands above"
pip install --quiet --no-deps --no-build-isolation --no-index --editable . ||
    fail "clew itself could not be installed into $folder; the reason stands above"

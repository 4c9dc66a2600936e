#!/bin/sh
# Builds the console into console/dist, from where the binary takes it. Does nothing when nothing
# changed since the last build; `console.sh test` also runs its unit tests.
set -eu
cd "$(dirname "$0")/../console"

command -v npm >/dev/null || { echo "npm is missing: run scripts/setup.sh" >&2; exit 1; }

# One build at a time, for two makes may run beside each other.
exec 9>.lock
if command -v flock >/dev/null; then flock 9; fi

packages=$(cat package.json package-lock.json .npmrc | sha256sum)
if [ ! -e node_modules/.packages ] || [ "$(cat node_modules/.packages)" != "$packages" ]; then
    npm ci --no-audit --no-fund --loglevel=error
    echo "$packages" >node_modules/.packages
fi

# The types of the API are made from its description, so that the two cannot drift apart.
sources=$(find . -path ./node_modules -prune -o -path ./dist -prune -o -path ./src/api/schema.d.ts -prune \
    -o -path ./e2e -prune -o -name .lock -prune -o -type f -print | LC_ALL=C sort | xargs cat ../docs/protocol/openapi.json | sha256sum)
if [ ! -e dist/.sources ] || [ "$(cat dist/.sources)" != "$sources" ]; then
    rm -f dist/.sources
    npm run --silent types >/dev/null
    npm run --silent typecheck
    npm run --silent build
    echo "$sources" >dist/.sources
fi
if [ "${1:-}" = test ]; then npm test --silent; fi

#!/bin/sh
# Installs Debian packages: `install.sh PACKAGE…`. Packages of servers would start them on the
# well-known ports; policy-rc.d forbids that meanwhile, and is put back as it was. Says what is
# missing when we may not install it.
set -eu

[ $# -gt 0 ] || exit 0
if [ "$(id -u)" != 0 ]; then
    echo "please install these Debian packages, or run me as root: $*" >&2
    exit 1
fi
command -v apt-get >/dev/null || { echo "these packages are missing, and there is no apt-get: $*" >&2; exit 1; }
echo "installing $*" >&2
policy=/usr/sbin/policy-rc.d
log=$(mktemp)
made_policy=
clean_up() {
    rm -f "$log"
    if [ -n "$made_policy" ]; then rm -f $policy; fi
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
    made_policy=yes
fi
if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "apt-get failed" >&2
    exit 1
fi

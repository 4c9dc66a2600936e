#!/bin/sh
# Installs what a fresh Debian machine with git, make and Rust lacks: for `build` a C compiler and
# linker, and Node.js for the console; for `test` also a browser with Chinese letters. The services of
# `test` are found or installed by with-services.sh. Says what is missing when we may not install it.
set -eu

need=
command -v cc >/dev/null || need="$need gcc libc6-dev"
[ -e /etc/ssl/certs/ca-certificates.crt ] || need="$need ca-certificates"
command -v node >/dev/null || need="$need nodejs"
command -v npm >/dev/null || need="$need npm"
if [ "${1:-build}" != build ]; then
    command -v xmllint >/dev/null || need="$need libxml2-utils"
    command -v openssl >/dev/null || need="$need openssl"
    python3 -c 'import ensurepip, venv' 2>/dev/null || need="$need python3-venv"
    command -v chromium >/dev/null || need="$need chromium"
    [ -d /usr/share/fonts/opentype/noto ] || need="$need fonts-noto-cjk"
    # Apache's program without its service (apache2-bin), and the client of OpenID Connect for it.
    [ -e /usr/lib/apache2/modules/mod_auth_openidc.so ] || need="$need libapache2-mod-auth-openidc"
fi
command -v cargo >/dev/null || { echo "Rust is missing: see https://rustup.rs" >&2; exit 1; }
[ -n "$need" ] || exit 0
if [ "$(id -u)" != 0 ]; then
    echo "please install these Debian packages:$need" >&2
    exit 1
fi
echo "installing$need" >&2
apt-get update -qq
# Where Apache's service is installed already, a new module would start it; policy-rc.d forbids that,
# and is put back as it was.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
    trap 'rm -f $policy' EXIT
fi
# shellcheck disable=SC2086 # a list of packages
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $need >/dev/null

#!/bin/sh
# Installs what a fresh Debian machine with git, make and Rust lacks: for `build` a C compiler and
# linker, and Node.js for the console; for `test` also a browser with Chinese letters, and the clients
# of single sign-on that come as packages. The services of `test` are found or installed by
# with-services.sh.
set -eu

need=
command -v cc >/dev/null || need="$need gcc libc6-dev"
[ -e /etc/ssl/certs/ca-certificates.crt ] || need="$need ca-certificates"
command -v node >/dev/null || need="$need nodejs"
command -v npm >/dev/null || need="$need npm"
if [ "${1:-build}" != build ]; then
    command -v xmllint >/dev/null || need="$need libxml2-utils"
    command -v openssl >/dev/null || need="$need openssl"
    command -v xmlsec1 >/dev/null || need="$need xmlsec1"
    python3 -c 'import ensurepip, venv' 2>/dev/null || need="$need python3-venv"
    command -v chromium >/dev/null || need="$need chromium"
    [ -d /usr/share/fonts/opentype/noto ] || need="$need fonts-noto-cjk"
    # Apache's program comes without its service (apache2-bin).
    [ -e /usr/lib/apache2/modules/mod_auth_cas.so ] || need="$need libapache2-mod-auth-cas"
    [ -e /usr/lib/apache2/modules/mod_auth_openidc.so ] || need="$need libapache2-mod-auth-openidc"
    [ -e /usr/share/php/CAS.php ] || need="$need php-cas"
    php -r 'exit(class_exists("DOMDocument") && function_exists("curl_init") ? 0 : 1);' 2>/dev/null ||
        need="$need php-cli php-curl php-xml"
fi
command -v cargo >/dev/null || { echo "Rust is missing: see https://rustup.rs" >&2; exit 1; }
# shellcheck disable=SC2086 # a list of packages
exec "$(dirname "$0")/install.sh" $need

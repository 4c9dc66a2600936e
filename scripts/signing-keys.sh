#!/bin/sh
# Makes the synthetic keys and certificates of fixtures/signing: RSA and SM2, each with a key that is
# encrypted (PBES2) with the passphrase `synthetic`. They belong to nobody and protect nothing.
# `openssl ca` is used because it alone takes a first day in the past.
set -eu
cd "$(dirname "$0")/../fixtures/signing"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# certificate FAMILY DIGEST SERIAL NAME [OPTION…]: signs FAMILY.key.pem's own request with itself.
certificate() {
    family=$1 digest=$2 serial=$3 name=$4
    shift 4
    printf '%s\n' "$serial" >"$work/serial"
    : >"$work/index"
    cat >"$work/ca.cnf" <<EOF
[ca]
default_ca = own
[own]
database = $work/index
serial = $work/serial
new_certs_dir = $work
default_md = $digest
policy = any
unique_subject = no
string_mask = utf8only
x509_extensions = leaf
[any]
countryName = optional
organizationName = optional
commonName = supplied
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
EOF
    openssl req -new -utf8 -"$digest" "$@" -key "$family.key.pem" \
        -subj "/C=CN/O=合成测试企业/CN=$name" -out "$work/$family.csr"
    openssl ca -batch -notext -utf8 -config "$work/ca.cnf" -selfsign -keyfile "$family.key.pem" "$@" \
        -startdate 20200101000000Z -enddate 20991231235959Z \
        -in "$work/$family.csr" -out "$family.crt.pem" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
}

openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key.pem
certificate rsa sha256 013B5B11 合成RSA签名
openssl genpkey -quiet -algorithm SM2 -out sm2.key.pem
certificate sm2 sm3 01010000000019F1 合成SM2签名
for family in rsa sm2; do
    openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 2048 \
        -passout pass:synthetic -in $family.key.pem -out $family.sealed.pem
done

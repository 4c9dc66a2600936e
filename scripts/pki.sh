#!/bin/sh
# Makes certificates for tests, synthetic all of them: `pki.sh FOLDER`. For RSA and for SM2 a root, an
# issuing authority, a company with the card holder's fields of the E-Port, an expired and a revoked
# company, and revocation lists; for RSA also a short key, and a certificate that a company issued,
# which it may not. Needs openssl 3. The keys are for tests and stay in the folder.
set -eu
cd "$1"

cat >ca.cnf <<'END'
[ ca ]
default_ca = this
[ this ]
dir = .
database = $dir/index.txt
new_certs_dir = $dir
serial = $dir/serial
crlnumber = $dir/crlnumber
default_md = default
policy = any
unique_subject = no
default_crl_days = 7300
crl_extensions = crl
[ any ]
commonName = supplied
countryName = optional
organizationName = optional
[ crl ]
authorityKeyIdentifier = keyid
[ root ]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
[ issuing ]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
[ company ]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
1.3.6.1.4.1.5315.100.5.1 = ASN1:FORMAT:UTF8,UTF8String:北京样例跨境电子商务有限公司
1.3.6.1.4.1.5315.100.5.9 = ASN1:PRINTABLESTRING:9900000000001
1.3.6.1.4.1.5315.100.5.11 = ASN1:PRINTABLESTRING:MA1330956
[ named ]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
1.3.6.1.4.1.5315.100.2.1 = ASN1:PRINTABLESTRING:not a company
1.3.6.1.4.1.5315.100.5.1 = ASN1:FORMAT:UTF8,BMPSTRING:北京样例跨境电子商务有限公司
1.2.156.10260.4.1.4 = ASN1:UTF8String:91110105MA1330956Y
[ plain ]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
[ req ]
distinguished_name = dn
prompt = no
string_mask = utf8only
utf8 = yes
[ dn ]
CN = nobody
END

# key KIND NAME: makes a key.
key() {
    case $1 in
    rsa1024) openssl genrsa -out "$2.key" 1024 ;;
    rsa) openssl genrsa -out "$2.key" 2048 ;;
    sm2) openssl ecparam -genkey -name SM2 -noout -out "$2.key" ;;
    esac 2>/dev/null
}

# The user ID of SM2 signatures is never left to a default.
options() {
    case $1 in
    sm2) echo "-sm3 -sigopt distid:1234567812345678" ;;
    *) echo "-sha256" ;;
    esac
}

# request KIND NAME SUBJECT
request() {
    key "$1" "$2"
    # shellcheck disable=SC2046 # words
    openssl req -new -config ca.cnf -utf8 -key "$2.key" -subj "$3" $(options "$1") -out "$2.csr"
}

# issue KIND AUTHORITY NAME EXTENSIONS FROM TO
issue() {
    case $1 in
    sm2) sign="-sigopt distid:1234567812345678 -vfyopt distid:1234567812345678" md=sm3 ;;
    *) sign="" md=sha256 ;;
    esac
    self=
    [ "$2" != "$3" ] || self=-selfsign
    # shellcheck disable=SC2086 # words
    openssl ca -config ca.cnf -batch -notext -utf8 $self -cert "$2.pem" -keyfile "$2.key" -in "$3.csr" -out "$3.pem" \
        -extensions "$4" -startdate "$5" -enddate "$6" -md "$md" $sign 2>openssl.log ||
        { cat openssl.log >&2; exit 1; }
    openssl x509 -in "$3.pem" -outform DER -out "$3.der"
}

# list KIND AUTHORITY: the revocation list; the 100 years that it lasts are for the fixtures.
list() {
    case $1 in
    sm2) sign="-sigopt distid:1234567812345678" md=sm3 ;;
    *) sign="" md=sha256 ;;
    esac
    # shellcheck disable=SC2086 # words
    openssl ca -config ca.cnf -gencrl -cert "$2.pem" -keyfile "$2.key" -md "$md" $sign \
        -crl_lastupdate "${3:-20260101000000Z}" -crl_nextupdate "${4:-20560101000000Z}" -out "$5" 2>openssl.log ||
        { cat openssl.log >&2; exit 1; }
}

for kind in rsa sm2; do
    : >index.txt
    printf '4F1A2B3C4D5E%s0' "$(echo $kind | tr rsam2 12345)" | tr -dc '0-9A-F' | cut -c1-14 >serial
    echo 01 >crlnumber
    request $kind $kind-root "/C=CN/O=通关测试/CN=测试根证书 $kind"
    issue $kind $kind-root $kind-root root 20200101000000Z 20600101000000Z
    request $kind $kind-issuing "/C=CN/O=通关测试/CN=测试电子业务证书管理中心 $kind"
    issue $kind $kind-root $kind-issuing issuing 20200101000000Z 20600101000000Z
    for name in company expired revoked stranger; do
        request $kind $kind-$name "/C=CN/O=北京样例跨境电子商务有限公司/CN=测试操作员 $name"
    done
    issue $kind $kind-issuing $kind-company company 20210101000000Z 20550101000000Z
    issue $kind $kind-issuing $kind-revoked company 20210101000000Z 20550101000000Z
    issue $kind $kind-issuing $kind-expired company 20210101000000Z 20220101000000Z
    issue $kind $kind-stranger $kind-stranger company 20210101000000Z 20550101000000Z
    openssl ca -config ca.cnf -revoke $kind-revoked.pem -cert $kind-issuing.pem -keyfile $kind-issuing.key \
        2>openssl.log || { cat openssl.log >&2; exit 1; }
    # Openssl revokes now; the fixtures have a past of their own.
    sed -i 's/^R\(\t[^\t]*\t\)[^\t]*/R\1260101000000Z/' index.txt
    list $kind $kind-issuing "" "" $kind-issuing.crl
    list $kind $kind-issuing 20240101000000Z 20240201000000Z $kind-stale.crl
done
for name in named plain; do
    request sm2 sm2-$name "/C=CN/O=北京样例跨境电子商务有限公司/CN=测试操作员 $name"
    issue sm2 sm2-issuing sm2-$name $name 20210101000000Z 20550101000000Z
done
request rsa rsa-grandchild "/C=CN/O=北京样例跨境电子商务有限公司/CN=测试操作员 grandchild"
issue rsa rsa-company rsa-grandchild company 20210101000000Z 20550101000000Z
request rsa1024 rsa-short "/C=CN/O=北京样例跨境电子商务有限公司/CN=测试操作员 short"
issue rsa rsa-issuing rsa-short company 20210101000000Z 20550101000000Z
rm -f ./*.csr ./*.old ./*.attr openssl.log index.txt serial crlnumber
find . -name '4F*.pem' -delete

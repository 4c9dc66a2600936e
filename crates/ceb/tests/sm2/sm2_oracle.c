/* OpenSSL as an oracle for SM2: reads 65 bytes of key, 32 of digest and 64 of r‖s, answers 1 or 0.
   The digest is given to OpenSSL as it is (EVP_PKEY_verify), so no user id is involved. */
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdio.h>

static EVP_PKEY *read_key(unsigned char *bytes) {
    EVP_PKEY *key = NULL;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, "SM2", 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, bytes, 65),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
    if (context == NULL || EVP_PKEY_fromdata_init(context) <= 0 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    return key;
}

static int verify(unsigned char *input) {
    int good = 0, length;
    unsigned char *der = NULL;
    EVP_PKEY_CTX *context = NULL;
    EVP_PKEY *key = read_key(input);
    ECDSA_SIG *signature = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(input + 97, 32, NULL), *s = BN_bin2bn(input + 129, 32, NULL);
    if (key == NULL || input[0] != 4 || !ECDSA_SIG_set0(signature, r, s)) goto end;
    length = i2d_ECDSA_SIG(signature, &der);
    context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    good = length > 0 && context != NULL && EVP_PKEY_verify_init(context) > 0 &&
           EVP_PKEY_verify(context, der, (size_t)length, input + 65, 32) == 1;
end:
    EVP_PKEY_CTX_free(context);
    OPENSSL_free(der);
    ECDSA_SIG_free(signature);
    EVP_PKEY_free(key);
    return good;
}

int main(void) {
    unsigned char input[161];
    while (fread(input, 1, sizeof input, stdin) == sizeof input) putchar(verify(input) ? '1' : '0');
    return 0;
}

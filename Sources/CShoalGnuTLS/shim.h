#include <string.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

static inline gnutls_datum_t shoal_tls_datum(const char *text) {
    gnutls_datum_t datum = {(unsigned char *)text, (unsigned int)strlen(text)};
    return datum;
}

/// Checks a certificate, as PEM with the chain up to its authority, and its key. 0: they can be used; otherwise an error of GnuTLS.
static inline int shoal_tls_check_pair(const char *certificate, const char *key) {
    gnutls_certificate_credentials_t credentials;
    int code = gnutls_certificate_allocate_credentials(&credentials);
    if (code < 0) return code;
    gnutls_datum_t first = shoal_tls_datum(certificate), second = shoal_tls_datum(key);
    code = gnutls_certificate_set_x509_key_mem(credentials, &first, &second, GNUTLS_X509_FMT_PEM);
    gnutls_certificate_free_credentials(credentials);
    return code < 0 ? code : 0;
}

/// Returns how many certificates of authorities a text has, or an error of GnuTLS.
static inline int shoal_tls_count_authorities(const char *authorities) {
    gnutls_certificate_credentials_t credentials;
    int code = gnutls_certificate_allocate_credentials(&credentials);
    if (code < 0) return code;
    gnutls_datum_t text = shoal_tls_datum(authorities);
    code = gnutls_certificate_set_x509_trust_mem(credentials, &text, GNUTLS_X509_FMT_PEM);
    gnutls_certificate_free_credentials(credentials);
    return code;
}

/// Writes the subject of the client's certificate (RFC 4514), if one was sent that the authorities of the session signed, that is
/// valid now, and that is for clients. Returns its length; 0: there is none, or it does not fit.
static inline int shoal_tls_subject(void *session, char *text, size_t size) {
    gnutls_typed_vdata_st purpose = {GNUTLS_DT_KEY_PURPOSE_OID, (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT, 0};
    unsigned int status = 1, count = 0;
    if (!session || gnutls_certificate_type_get(session) != GNUTLS_CRT_X509) return 0;
    const gnutls_datum_t *sent = gnutls_certificate_get_peers(session, &count);
    if (!sent || count == 0) return 0;
    if (gnutls_certificate_verify_peers(session, &purpose, 1, &status) < 0 || status != 0) return 0;
    gnutls_x509_crt_t certificate;
    if (gnutls_x509_crt_init(&certificate) < 0) return 0;
    gnutls_datum_t name = {NULL, 0};
    int length = 0;
    if (gnutls_x509_crt_import(certificate, &sent[0], GNUTLS_X509_FMT_DER) >= 0
        && gnutls_x509_crt_get_dn3(certificate, &name, 0) >= 0 && name.size > 0 && name.size < size) {
        memcpy(text, name.data, name.size);
        text[name.size] = 0;
        length = (int)name.size;
    }
    gnutls_free(name.data);
    gnutls_x509_crt_deinit(certificate);
    return length;
}

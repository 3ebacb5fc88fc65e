#include <curl/curl.h>

/// A document to get.
struct shoal_curl_request {
    const char *url;
    /// A file with authorities, as PEM; NULL: those of the system.
    const char *authorities;
    /// Whether the URL is one of this host, which may be without TLS, and is asked without a proxy.
    int is_local;
    long milliseconds;
    /// Takes parts of the body; fewer bytes than were passed end the transfer.
    size_t (*take)(char *bytes, size_t size, size_t count, void *context);
    void *context;
};

/// Initializes the library. To be called once before all other functions.
static inline CURLcode shoal_curl_start(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

/// Gets a document, without following redirects. Swift cannot call functions with variable arguments.
static inline CURLcode shoal_curl_get(const struct shoal_curl_request *request, long *status) {
    CURL *handle = curl_easy_init();
    if (!handle) return CURLE_FAILED_INIT;
    CURLcode code = CURLE_OK;
#define SHOAL_CURL_SET(option, value) if (code == CURLE_OK) code = curl_easy_setopt(handle, option, value)
    SHOAL_CURL_SET(CURLOPT_URL, request->url);
    SHOAL_CURL_SET(CURLOPT_PROTOCOLS_STR, request->is_local ? "http,https" : "https");
    SHOAL_CURL_SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (request->authorities) { SHOAL_CURL_SET(CURLOPT_CAINFO, request->authorities); }
    if (request->authorities) { SHOAL_CURL_SET(CURLOPT_CAPATH, NULL); }
    if (request->is_local) { SHOAL_CURL_SET(CURLOPT_PROXY, ""); }
    SHOAL_CURL_SET(CURLOPT_FOLLOWLOCATION, 0L);
    SHOAL_CURL_SET(CURLOPT_TIMEOUT_MS, request->milliseconds);
    SHOAL_CURL_SET(CURLOPT_NOSIGNAL, 1L);
    SHOAL_CURL_SET(CURLOPT_USERAGENT, "shoal");
    SHOAL_CURL_SET(CURLOPT_WRITEFUNCTION, request->take);
    SHOAL_CURL_SET(CURLOPT_WRITEDATA, request->context);
#undef SHOAL_CURL_SET
    if (code == CURLE_OK) code = curl_easy_perform(handle);
    if (code == CURLE_OK) code = curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, status);
    curl_easy_cleanup(handle);
    return code;
}

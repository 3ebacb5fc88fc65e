#include <microhttpd.h>

/// What a server needs for TLS, as PEM. Without a certificate it speaks plain HTTP; without authorities it asks for no certificate of
/// clients.
struct shoal_mhd_tls {
    const char *certificate;
    const char *key;
    const char *authorities;
};

/// Starts a server on a socket that listens already, with one thread for each connection. Swift cannot call functions with
/// variable arguments. NULL: it could not be started, and the socket stays the caller's. The library copies none of the texts.
static inline struct MHD_Daemon *shoal_mhd_start(
    MHD_socket socket, struct shoal_mhd_tls tls, MHD_AccessHandlerCallback answer,
    void *(*begun)(void *context, const char *target, struct MHD_Connection *connection), MHD_RequestCompletedCallback completed,
    MHD_NotifyConnectionCallback notify, void *context, unsigned int connections, unsigned int timeout_seconds,
    size_t stack_size) {
    struct MHD_OptionItem secured[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)tls.certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)tls.key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
        {tls.authorities ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0, (void *)tls.authorities},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem plain[] = {{MHD_OPTION_END, 0, NULL}};
    return MHD_start_daemon(
        MHD_USE_AUTO_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_ITC | (tls.certificate ? MHD_USE_TLS : 0), 0,
        NULL, NULL, answer, context,
        MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_CONNECTION_LIMIT, connections,
        MHD_OPTION_CONNECTION_TIMEOUT, timeout_seconds, MHD_OPTION_URI_LOG_CALLBACK, begun, context,
        MHD_OPTION_NOTIFY_COMPLETED, completed, context,
        MHD_OPTION_NOTIFY_CONNECTION, notify, context, MHD_OPTION_THREAD_STACK_SIZE, stack_size,
        MHD_OPTION_ARRAY, tls.certificate ? secured : plain, MHD_OPTION_END);
}

/// Changes the time without progress after which a connection is closed.
static inline enum MHD_Result shoal_mhd_set_timeout(struct MHD_Connection *connection, unsigned int seconds) {
    return MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, seconds);
}

/// Returns the socket of a connection; -1: it has none.
static inline int shoal_mhd_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/// Returns the session of GnuTLS; NULL: the connection is not secured.
static inline void *shoal_mhd_session(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    return info ? info->tls_session : NULL;
}

/// Returns what the notification of a connection's start has stored for it.
static inline void *shoal_mhd_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

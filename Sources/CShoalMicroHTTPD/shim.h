#include <microhttpd.h>

/// Starts a server on a socket that listens already, with one thread for each connection. Swift cannot call functions with
/// variable arguments. NULL: it could not be started, and the socket stays the caller's.
static inline struct MHD_Daemon *shoal_mhd_start(
    MHD_socket socket, MHD_AccessHandlerCallback answer, MHD_RequestCompletedCallback completed,
    MHD_NotifyConnectionCallback notify, void *context, unsigned int connections, unsigned int timeout_seconds,
    size_t stack_size) {
    return MHD_start_daemon(
        MHD_USE_AUTO_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_ITC, 0, NULL, NULL, answer, context,
        MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_CONNECTION_LIMIT, connections,
        MHD_OPTION_CONNECTION_TIMEOUT, timeout_seconds, MHD_OPTION_NOTIFY_COMPLETED, completed, context,
        MHD_OPTION_NOTIFY_CONNECTION, notify, context, MHD_OPTION_THREAD_STACK_SIZE, stack_size, MHD_OPTION_END);
}

/// Returns the socket of a connection; -1: it has none.
static inline int shoal_mhd_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/// Returns what the notification of a connection's start has stored for it.
static inline void *shoal_mhd_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

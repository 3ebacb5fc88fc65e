#include <microhttpd.h>

/// Starts a server on a socket that listens already, with one thread of its own. Swift cannot call what takes variable
/// arguments. NULL: it could not be started; the socket is the caller's then.
static inline struct MHD_Daemon *shoal_mhd_start(
    MHD_socket socket, MHD_AccessHandlerCallback answer, MHD_RequestCompletedCallback completed, void *context,
    unsigned int connections, unsigned int timeout_seconds) {
    return MHD_start_daemon(
        MHD_USE_AUTO_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, answer, context,
        MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_CONNECTION_LIMIT, connections,
        MHD_OPTION_CONNECTION_TIMEOUT, timeout_seconds, MHD_OPTION_NOTIFY_COMPLETED, completed, context,
        MHD_OPTION_END);
}

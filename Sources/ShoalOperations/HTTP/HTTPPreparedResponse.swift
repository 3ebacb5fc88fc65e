internal import CShoalMicroHTTPD

/// A response as the library sends it, over any number of connections and to any number of servers at once.
///
/// `@unchecked Sendable`: the library counts who uses it, and nothing changes it.
@safe final class HTTPPreparedResponse: @unchecked Sendable {
    let made: OpaquePointer

    /// - Returns: nil if memory does not suffice.
    init?(_ response: HTTPResponse) {
        var body = response.body
        // Safe: the library copies the bytes before the call returns.
        let made = body.withUTF8 { bytes in
            unsafe MHD_create_response_from_buffer(
                bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
        }
        guard let made = unsafe made else { return nil }
        unsafe self.made = made
        guard unsafe HTTPServer.add(response.headers, contentType: response.contentType, to: made) else { return nil }
    }

    deinit {
        unsafe MHD_destroy_response(made)
    }
}

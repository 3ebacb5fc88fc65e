internal import CShoalCurl
import Foundation
internal import ShoalSchemas

/// Gets small documents over HTTPS. Blocks the thread.
struct DocumentFetch: Sendable {
    /// There was no document.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// The largest document, in bytes.
    static let largest = 512 << 10
    private static let timeout = Duration.seconds(5)

    /// The file with the authorities of servers' certificates, as PEM; nil: those of the system.
    var authorities: String?

    private final class Body {
        var bytes: [UInt8] = []
    }

    private static let isReady = shoal_curl_start() == CURLE_OK

    private static let take: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int =
        {
            bytes, size, count, context in
            guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
            let body = unsafe Unmanaged<Body>.fromOpaque(context).takeUnretainedValue()
            guard body.bytes.count + size * count <= DocumentFetch.largest else { return -1 }
            // Safe: the library passes as many bytes as it says.
            unsafe body.bytes.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: size * count))
            return size * count
        }

    /// - Throws: `Failure`, also for a status other than 200.
    func get(_ url: IssuerURL) throws(Failure) -> Data {
        guard Self.isReady else { throw Failure(description: "libcurl cannot be initialized") }
        let body = Body()
        var status = 0
        let milliseconds = Int(Self.timeout / .milliseconds(1))
        // Safe: texts, body and status outlive the call, which keeps none of them.
        let code = unsafe url.text.withCString { text in
            unsafe Self.with(authorities) { authorities in
                var request = unsafe shoal_curl_request(
                    url: text, authorities: authorities, is_local: url.isLocal ? 1 : 0, milliseconds: milliseconds,
                    take: Self.take, context: Unmanaged.passUnretained(body).toOpaque())
                return withExtendedLifetime(body) { unsafe shoal_curl_get(&request, &status) }
            }
        }
        guard code == CURLE_OK else {
            let reason =
                code == CURLE_WRITE_ERROR
                ? "has more than \(Self.largest) bytes" : unsafe String(cString: curl_easy_strerror(code))
            throw Failure(description: "\(url.text): \(reason)")
        }
        guard status == 200 else { throw Failure(description: "\(url.text): status \(status)") }
        return Data(body.bytes)
    }

    private static func with<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
        guard let text else { return body(nil) }
        return unsafe text.withCString { unsafe body($0) }
    }
}

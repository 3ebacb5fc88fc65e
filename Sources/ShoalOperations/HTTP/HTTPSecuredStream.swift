import Foundation

/// A stream of events over TLS, which its connection's thread sends. It gives its place back when it ends.
///
/// `@unchecked Sendable`: only the thread of the connection uses the state.
final class HTTPSecuredStream: @unchecked Sendable {
    private let streams: HTTPStreams
    private var stream: HTTPStream
    /// The number of news that the stream has been told of.
    private var known = 0

    init(_ events: HTTPEvents, _ streams: HTTPStreams) {
        self.streams = streams
        stream = HTTPStream(events, head: [], streams.limits, at: .now)
    }

    deinit { streams.leave() }

    /// Waits for the next bytes; a comment comes if there is no event for long.
    /// - Returns: nil at the end.
    func next(most: Int) -> ArraySlice<UInt8>? {
        while true {
            switch stream.step(at: .now, isReady: true) {
            case .send(let bytes):
                let sent = bytes.prefix(most)
                stream.took(sent.count, at: .now)
                return sent
            case .wait:
                guard let news = streams.news(after: known, until: stream.deadline) else { return nil }
                if news > known { stream.hasNews(at: .now) }
                known = news
            case .refuse, .drop: return nil
            }
        }
    }
}

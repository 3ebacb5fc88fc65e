/// The state of one stream of events: what is to be sent, and when its reader is given up. A reader that takes too long is
/// dropped: nothing but the text that is on its way is kept for it.
struct HTTPStream: Sendable {
    struct Limits: Sendable {
        /// The time without a text after which a comment is sent, which keeps proxies from closing the connection.
        var heartbeat = Duration.seconds(15)
        /// The time after which a reader is dropped that takes nothing.
        var patience = Duration.seconds(10)
    }

    enum Step: Equatable {
        case send(ArraySlice<UInt8>)
        /// There is nothing to send.
        case wait
        /// The reader is not permitted any more.
        case refuse
        /// The reader is too slow.
        case drop
    }

    private static let comment = Array(":\n\n".utf8)

    private var events: HTTPEvents
    private let limits: Limits
    private var text: ArraySlice<UInt8>
    /// When the reader last took something, or something came up after it had all.
    private var last: ContinuousClock.Instant
    private var mayHaveMore = true

    /// - Parameter head: The response's head, which is sent first.
    init(_ events: HTTPEvents, head: [UInt8], _ limits: Limits, at now: ContinuousClock.Instant) {
        (self.events, self.limits) = (events, limits)
        (text, last) = (head[...], now)
    }

    /// Whether it should be asked for its next step as soon as the reader can take something.
    var isDue: Bool { mayHaveMore || !text.isEmpty }

    /// When it should be asked for its next step at the latest.
    var deadline: ContinuousClock.Instant { last + (isDue ? limits.patience : limits.heartbeat) }

    /// Tells that the source may have more events.
    mutating func hasNews(at now: ContinuousClock.Instant) {
        if !isDue { last = now }
        mayHaveMore = true
    }

    /// - Parameter isReady: Whether the reader can take something.
    mutating func step(at now: ContinuousClock.Instant, isReady: Bool) -> Step {
        let isLate = now >= deadline
        guard !isDue || isReady else { return isLate ? .drop : .wait }
        guard text.isEmpty else { return .send(text) }
        let isSilent = !isDue && isLate
        guard isDue || isSilent else { return .wait }
        guard events.isPermitted() else { return .refuse }
        if mayHaveMore, let next = events.source.next() {
            text = Array(next.utf8)[...]
        } else {
            mayHaveMore = false
            guard isSilent else { return .wait }
            text = Self.comment[...]
        }
        last = now
        return .send(text)
    }

    /// Tells how many bytes the reader took.
    mutating func took(_ count: Int, at now: ContinuousClock.Instant) {
        guard count > 0 else { return }
        text = text.dropFirst(count)
        last = now
    }
}

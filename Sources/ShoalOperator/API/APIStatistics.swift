import ShoalOperations
import Synchronization

/// Counts the requests to the API.
final class APIStatistics: Sendable {
    struct Snapshot: Equatable, Sendable {
        /// What is counted of one route.
        struct Route: Equatable, Sendable {
            /// Answers by the first digit of their status, from 2 on.
            var classes = [Int64](repeating: 0, count: APIStatistics.classes.count)
            /// Answers by their duration, one number more than there are bounds; and the sum in seconds.
            var durations = [Int64](repeating: 0, count: APIStatistics.bounds.count + 1)
            var seconds = 0.0
        }

        /// By the route's path, or `other`.
        var routes: [String: Route] = [:]
        var refusedLogins = 0
        var limited = 0
        var keyFailures = 0
        var streams = 0
        var droppedStreams = 0
    }

    static let classes = ["2xx", "3xx", "4xx", "5xx"]
    /// Upper bounds of durations, in seconds.
    static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 10]
    private static let other = "other"

    private struct State {
        var counts = Snapshot()
        weak var server: HTTPServer?
    }

    private let state = Mutex(State())

    /// Counts the routes from 0 on, because the first increase of a counter that begins above it is not visible.
    init(_ routes: [HTTPRoute]) {
        for path in routes.map(\.path) + [Self.other] {
            state.withLock { $0.counts.routes[path] = Snapshot.Route() }
        }
    }

    /// Tells whose streams count.
    func isServed(by server: HTTPServer) {
        state.withLock { $0.server = server }
    }

    func take(_ request: HTTPService.Observation) {
        let seconds = request.duration / .seconds(1)
        state.withLock { state in
            let path = request.path ?? Self.other
            let number = min(max(request.status / 100 - 2, 0), Self.classes.count - 1)
            let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
            state.counts.routes[path]?.classes[number] += 1
            state.counts.routes[path]?.durations[bucket] += 1
            state.counts.routes[path]?.seconds += seconds
        }
    }

    func refusedLogin() { state.withLock { $0.counts.refusedLogins += 1 } }

    func failedToFetchKeys() { state.withLock { $0.counts.keyFailures += 1 } }

    func limited() { state.withLock { $0.counts.limited += 1 } }

    var snapshot: Snapshot {
        state.withLock { state in
            var snapshot = state.counts
            if let server = state.server {
                (snapshot.streams, snapshot.droppedStreams) = (server.openStreams, server.droppedStreams)
            }
            return snapshot
        }
    }
}

/// Limits how many requests a second each client makes, by the generic cell rate algorithm (ITU-T I.371). Not thread-safe.
public struct RequestRate: Sendable {
    /// The most clients that are remembered. Further ones share what one may do.
    static let mostClients = 4_096

    private let interval: Duration
    private let tolerance: Duration
    /// When a client has made up for its requests.
    private var clients: [String: ContinuousClock.Instant] = [:]
    private var nextCleaning: ContinuousClock.Instant?

    /// - Parameters:
    ///   - rate: Requests a second of a client, at least 1.
    ///   - burst: Requests of a client at once, at least 1.
    public init(_ rate: Int, burst: Int) {
        interval = .seconds(1) / max(rate, 1)
        tolerance = interval * max(burst, 1)
    }

    /// Counts a request.
    /// - Returns: How long the client must wait before its next request; nil if this one is permitted.
    public mutating func take(_ client: String, at now: ContinuousClock.Instant = .now) -> Duration? {
        var client = client
        if clients[client] == nil, clients.count >= Self.mostClients {
            if nextCleaning.map({ now >= $0 }) ?? true {
                clients = clients.filter { $0.value > now }
                nextCleaning = now + .seconds(1)
            }
            if clients.count >= Self.mostClients { client = "" }
        }
        let end = max(clients[client] ?? now, now) + interval
        guard end - now <= tolerance else { return end - now - tolerance }
        clients[client] = end
        return nil
    }
}

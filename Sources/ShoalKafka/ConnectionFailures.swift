/// Brokers that could not be reached, as librdkafka's log names them. Its errors name none.
struct ConnectionFailures: Sendable {
    /// By broker, as `127.0.0.1:9092/1`, or `127.0.0.1:9092/bootstrap` before its number is known.
    private var reasons: [String: String] = [:]
    private static let most = 16

    /// Notes a line such as `[thrd:127.0.0.1:9092/1]: 127.0.0.1:9092/1: Connect to ipv4#127.0.0.1:9092 failed: Connection
    /// refused (after 0ms in state CONNECT, 4 identical error(s) suppressed)`.
    mutating func add(_ line: String) {
        let start = line.hasPrefix("[thrd:") ? line.range(ofText: "]: ")?.upperBound : nil
        let text = line[(start ?? line.startIndex)...]
        guard let colon = text.range(ofText: ": "), text[..<colon.lowerBound].contains("/") else { return }
        let broker = String(text[..<colon.lowerBound])
        let rest = text[colon.upperBound...]
        let reason = rest.range(ofText: " (after ").map { rest[..<$0.lowerBound] } ?? rest
        guard reasons[broker] != nil || reasons.count < Self.most else { return }
        reasons[broker] = String(reason)
    }

    /// As `127.0.0.1:9092: Connect to ipv4#127.0.0.1:9092 failed: Connection refused`. nil if there are none.
    var text: String? {
        guard !reasons.isEmpty else { return nil }
        return reasons.sorted { $0.key < $1.key }.prefix(3).map { "\(Self.name($0.key)): \($0.value)" }
            .joined(separator: "; ")
    }

    /// As `127.0.0.1:9092`. nil if there are none.
    var brokers: String? {
        reasons.isEmpty ? nil : reasons.keys.sorted().prefix(3).map(Self.name).joined(separator: "; ")
    }

    private static func name(_ broker: String) -> String {
        guard let slash = broker.lastIndex(of: "/") else { return broker }
        let (address, number) = (broker[..<slash], broker[broker.index(after: slash)...])
        return Int(number) == nil ? String(address) : "\(address) (the address that broker \(number) advertises)"
    }
}

extension StringProtocol {
    /// The first occurrence of a text.
    fileprivate func range(ofText text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}

import Foundation
internal import ShoalKafka

/// Periodically checks that the topic being read has not been deleted or recreated.
actor FeedIdentity {
    private let topic: String
    private let admin: Admin
    private var identity = LogIdentity()
    /// The time in milliseconds since 1970 at which reading began. The offset of the first later record identifies the
    /// log.
    private let start = Int64(Date().timeIntervalSince1970 * 1_000)
    private var next = ContinuousClock.now

    init(_ topic: String, _ admin: Admin) {
        self.topic = topic
        self.admin = admin
    }

    /// Queries the brokers if the last check is old enough. Errors of the brokers are ignored.
    /// - Parameter positions: The next offset to read of each partition.
    /// - Throws: `TopicReplaced` if the topic was deleted or recreated.
    func check(_ positions: [Int64]) async throws(TopicReplaced) {
        guard ContinuousClock.now >= next else { return }
        let reason = await reason(positions)
        next = .now + (identity.isSuspicious ? .milliseconds(700) : .seconds(2))
        if let reason { throw TopicReplaced(description: "\(reason): stored positions in it are invalid") }
    }

    private func reason(_ positions: [Int64]) async -> String? {
        let count: Int32?
        do { count = try await admin.partitions(of: topic) } catch { return nil }
        if let reason = identity.saw(topic, partitions: count) { return reason }
        guard count != nil else { return nil }
        let places = positions.indices.map { TopicPartition(topic, Int32($0)) }
        guard let ends = try? await admin.offsets(of: places, atTime: nil),
            let firsts = try? await admin.offsets(of: places, atTime: start)
        else { return nil }
        for (place, position) in zip(places, positions) {
            guard let end = ends[place], end >= 0 else { continue }
            if let reason = identity.saw(place, end: end, position: position, first: firsts[place]) { return reason }
        }
        return nil
    }
}

/// The topic being read was deleted or recreated.
public struct TopicReplaced: Error, CustomStringConvertible, Sendable {
    public var description: String
}

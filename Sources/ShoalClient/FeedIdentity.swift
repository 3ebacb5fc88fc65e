import Foundation
internal import Kafka

/// Looks now and then whether a topic that is being read is still the one that it was.
actor FeedIdentity {
    private let topic: String
    private let admin: Admin
    private var identity = LogIdentity()
    /// The log is recognized by records that are newer than this moment.
    private let start = Int64(Date().timeIntervalSince1970 * 1_000)
    private var next = ContinuousClock.now

    init(_ topic: String, _ admin: Admin) {
        self.topic = topic
        self.admin = admin
    }

    /// Asks the brokers if the last answers are old. Brokers that do not answer are no reason to stop.
    /// - Parameter positions: the next offset to read of each partition.
    /// - Throws: `TopicReplaced`.
    func check(_ positions: [Int64]) async throws(TopicReplaced) {
        guard ContinuousClock.now >= next else { return }
        let reason = await reason(positions)
        next = .now + (identity.isSuspicious ? .milliseconds(700) : .seconds(2))
        if let reason { throw TopicReplaced(description: "\(reason): stored positions in it mean nothing any more") }
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

/// The topic that is being read was deleted, or deleted and created again.
public struct TopicReplaced: Error, CustomStringConvertible, Sendable {
    public var description: String
}

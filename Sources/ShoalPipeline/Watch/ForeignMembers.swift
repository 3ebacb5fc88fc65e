public import ShoalKafka

/// A member of the consumer group that is not an instance of Shoal.
public struct ForeignMember: Hashable, Sendable {
    public var client: String
    public var host: String
    public var id: String
    public var partitions: [TopicPartition]

    /// The member in words, such as `client "rdkafka" at 10.0.0.7 has watch-events [0], watch-events [1]`.
    public var text: String {
        let places = partitions.prefix(8).map(\.description).joined(separator: ", ")
        let rest = partitions.count > 8 ? " and \(partitions.count - 8) more" : ""
        return "client \"\(client)\" at \(host) has " + (partitions.isEmpty ? "no partition" : places + rest)
    }
}

extension Admin.Group {
    /// The classification of a member. It is doubtful if the client id is inconclusive.
    enum Verdict {
        case ours
        case foreign
        case doubtful
    }

    /// Classifies a member. Instances are static members that subscribe to the input and the delta topic. Their client
    /// id is `instance.id` unless `kafka.client.id` is set.
    static func verdict(_ member: Admin.Member, clientID: String?, topics: Set<String>) -> Verdict {
        guard let instance = member.instance else { return .foreign }
        guard member.partitions.allSatisfy({ topics.contains($0.topic) }) else { return .foreign }
        return member.client == instance || member.client == clientID ? .ours : .doubtful
    }

    /// Returns the members that are not instances of Shoal.
    /// - Parameters:
    ///   - clientID: `kafka.client.id`; nil: not set.
    ///   - topics: The topics that instances subscribe to.
    func foreignMembers(
        _ admin: Admin, group: String, clientID: String?, topics: Set<String>
    ) async -> [ForeignMember] {
        let verdicts = members.map { Self.verdict($0, clientID: clientID, topics: topics) }
        var subscriptions: [String: Set<String>] = [:]
        if verdicts.contains(.doubtful) { subscriptions = (try? await admin.subscriptions(group: group)) ?? [:] }
        return zip(members, verdicts).compactMap { member, verdict in
            switch verdict {
            case .ours: return nil
            case .doubtful: if subscriptions[member.id].map({ $0 == topics }) ?? true { return nil }
            case .foreign: break
            }
            return ForeignMember(client: member.client, host: member.host, id: member.id, partitions: member.partitions)
        }
    }
}

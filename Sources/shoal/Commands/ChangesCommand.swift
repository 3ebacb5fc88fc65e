import Foundation
import Kafka
import Operations
import Schemas
import ShoalClient

extension Command {
    static let changes = Command(
        name: "changes", summary: "follow the output topic",
        options: [
            Option("from", "WHERE", "beginning, end, or a time in ms since 1970 (end)"),
            Option("until", "end", "stop at the end of what there is now"),
            Option("json", nil, "one JSON object a line"),
            Option("member", "HEX", "only this member, 32 hexadecimal digits"),
            Option("cluster", "N", "only changes that touch this cluster"),
            Option("kind", "K", "only this kind, as member_moved"),
            Option("limit", "N", "stop after N changes"),
        ],
        examples: [
            "shoal changes --from beginning --until end",
            "shoal changes --json --kind member_moved | jq .member",
        ]
    ) { arguments in
        let configuration = try arguments.configuration()
        let filter = try ChangeFilter(arguments)
        let isJSON = arguments.has("json")
        var subscription = ClusterChanges.Configuration(
            kafka: configuration.client(configuration.logger), topic: configuration.text("output.topic"))
        subscription.start = try start(arguments["from"] ?? "end")
        if let until = arguments["until"] {
            guard until == "end" else { throw UsageError(description: "--until \(until): only `end` is known") }
            subscription.stopsAtEnd = true
        }
        let limit = try arguments.integer("limit", or: .max)
        let interrupt = Interrupt()
        var shown = 0
        var iterator = ClusterChanges(subscription).makeAsyncIterator()
        while shown < limit, !interrupt.isSet {
            guard let next = try await iterator.next(timeout: .milliseconds(300)) else {
                if iterator.isAtEnd { break }
                continue
            }
            guard filter.matches(next.change) else { continue }
            shown += 1
            if isJSON {
                var line: [UInt8] = []
                next.change.encodeJSON(into: &line)
                print(String(decoding: line, as: UTF8.self))
            } else {
                print(next.change.sentence)
            }
        }
        return .ok
    }

    private static func start(_ text: String) throws -> ClusterChanges.Start {
        switch text {
        case "beginning": return .beginning
        case "end": return .end
        default:
            guard let time = Int64(text), time >= 0 else {
                throw UsageError(description: "--from \(text): must be beginning, end, or a time in ms since 1970")
            }
            return .time(time)
        }
    }
}

/// Which changes are shown.
private struct ChangeFilter {
    private var member: UInt128?
    private var cluster: UInt32?
    private var kind: ClusterChange.Kind?

    init(_ arguments: Arguments) throws {
        if let text = arguments["member"] {
            guard text.count == 32, let member = UInt128(text, radix: 16) else {
                throw UsageError(description: "--member \(text): must be 32 hexadecimal digits")
            }
            self.member = member
        }
        if arguments["cluster"] != nil { cluster = UInt32(clamping: try arguments.integer("cluster", or: 0)) }
        if let text = arguments["kind"] {
            guard let kind = ClusterChange.Kind.allCases.first(where: { $0.name == text }) else {
                let names = ClusterChange.Kind.allCases.map(\.name)
                throw UsageError(description: "--kind \(text): must be one of \(names.joined(separator: ", "))")
            }
            self.kind = kind
        }
    }

    func matches(_ change: ClusterChange) -> Bool {
        if let member, change.member != member { return false }
        if let kind, change.kind != kind { return false }
        guard let cluster else { return true }
        return [change.cluster, change.from, change.to, change.otherCluster].contains(cluster)
    }
}

extension ClusterChange {
    /// A line that a person understands.
    var sentence: String {
        let when =
            eventTime.map { Date(timeIntervalSince1970: Double($0) / 1_000).formatted(.iso8601) + "  " } ?? ""
        let who =
            member.map { "member " + String($0, radix: 16).leftPadded(32).prefix(8) + "…" } ?? "cluster \(cluster)"
        let reason = why.map { " (\($0.explanation))" } ?? ""
        let similar = "similarity \(similarity / 10_000) %"
        let topics = leadingTopics.isEmpty ? "" : ": " + leadingTopics.joined(separator: ", ")
        switch kind {
        case .memberJoined: return "\(when)\(who) joined cluster \(to), \(similar)\(reason)"
        case .memberMoved: return "\(when)\(who) moved from cluster \(from) to \(to), \(similar)\(reason)"
        case .memberLeft: return "\(when)\(who) left cluster \(from)\(reason)"
        case .memberErased: return "\(when)\(who) was erased" + (from == 0 ? "" : " from cluster \(from)")
        case .clusterCreated: return "\(when)\(who) was created\(reason), \(members) members\(topics)"
        case .clusterSplit: return "\(when)\(who) was split off cluster \(otherCluster), \(members) members\(topics)"
        case .clusterMerged: return "\(when)\(who) was merged into cluster \(otherCluster)"
        case .clusterRetired: return "\(when)\(who) was retired"
        case .clusterDrifted:
            return
                "\(when)\(who) drifted, from \(formerTopics.joined(separator: ", ")) to \(leadingTopics.joined(separator: ", "))"
        }
    }
}

extension ClusterChange.Reason {
    /// In a few words.
    fileprivate var explanation: String {
        switch self {
        case .event: "by what it watched"
        case .erased: "forgotten on request"
        case .expired: "silent for too long"
        case .topicDropped: "a topic became sensitive"
        case .merge: "clusters merged"
        case .split: "its cluster split"
        case .birth: "a new cluster"
        case .retire: "its cluster was retired"
        case .seed: "the first clusters"
        case .withheld: "its cluster became too small to publish"
        case .shown: "its cluster is large enough again"
        }
    }
}

extension String {
    fileprivate func leftPadded(_ width: Int) -> String {
        String(repeating: "0", count: Swift.max(width - count, 0)) + self
    }
}

import Foundation
import ShoalOperations
import ShoalSchemas

extension ClusterChange {
    /// Returns a readable line without newline.
    package func sentence(hasColor: Bool = false) -> String {
        let when = eventTime.map { Formatting.time($0) + "  " } ?? ""
        // Topic names are untrusted text.
        let words = self.words.printable
        guard hasColor else { return when + words }
        let painted =
            switch kind {
            case .memberJoined, .memberMoved, .memberLeft: words
            case .memberErased, .clusterRetired: Color.red(words)
            case .clusterCreated: Color.green(words)
            case .clusterSplit, .clusterMerged: Color.cyan(words)
            case .clusterDrifted: Color.yellow(words)
            }
        return Color.dim(when) + painted
    }

    /// The change without its time.
    var words: String {
        let who =
            member.map { "member " + String($0, radix: 16).leftPadded(32).prefix(8) + "…" } ?? "cluster \(cluster)"
        let reason = why.map { " (\($0.explanation))" } ?? ""
        let alike = cohesion == 0 ? "" : ", cohesion \(cohesion / 10_000) %"
        let branches = branchTopics + branchClusters.map { "cluster \($0)" }
        let topics =
            (leadingTopics.isEmpty ? "" : ": " + leadingTopics.joined(separator: ", "))
            + (branches.isEmpty ? "" : "; branches out into " + branches.joined(separator: ", "))
        switch kind {
        case .memberJoined: return "\(who) joined cluster \(to)\(reason)"
        case .memberMoved: return "\(who) moved from cluster \(from) to \(to)\(reason)"
        case .memberLeft: return "\(who) left cluster \(from)\(reason)"
        case .memberErased: return "\(who) was erased" + (from == 0 ? "" : " from cluster \(from)")
        case .clusterCreated:
            let parent = otherCluster == 0 ? "" : " out of cluster \(otherCluster)"
            return "\(who) was created\(parent)\(reason), \(members) members\(alike)\(topics)"
        case .clusterSplit:
            return "\(who) split: cluster \(otherCluster) separated from it; \(members) members remain\(topics)"
        case .clusterMerged: return "\(who) was merged into cluster \(otherCluster)"
        case .clusterRetired: return "\(who) was retired"
        case .clusterDrifted:
            let before = formerTopics.isEmpty ? "" : " from \(formerTopics.joined(separator: ", "))"
            return "\(who) drifted\(before) to \(leadingTopics.joined(separator: ", "))"
        }
    }
}

extension ClusterChange.Reason {
    /// A short explanation of the reason.
    fileprivate var explanation: String {
        switch self {
        case .event: "because of its watches"
        case .erased: "erased on request"
        case .expired: "expired"
        case .topicDropped: "a topic became sensitive"
        case .merge: "clusters merged"
        case .split: "its cluster split"
        case .birth: "a new cluster"
        case .retire: "its cluster was retired"
        case .seed: "the first clusters"
        case .withheld: "its cluster became too small"
        case .shown: "its cluster is large enough again"
        case .rotated: "pseudonyms were rotated"
        }
    }
}

extension String {
    fileprivate func leftPadded(_ width: Int) -> String {
        String(repeating: "0", count: Swift.max(width - count, 0)) + self
    }
}

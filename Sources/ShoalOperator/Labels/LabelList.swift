import ShoalSchemas

/// The labels of clusters.
package struct LabelList {
    /// What becomes of a label.
    enum State: String, Encodable {
        /// Waits for a second person.
        case proposed
        case shown
        /// The cluster is not published any more, or no longer what the label was given for.
        case expired
        /// It has a denied word, or is not well formed.
        case refused
    }

    struct Entry: Encodable {
        var cluster: UInt32
        var state: State
        var text: String
        var proposedBy: String
        var proposedMs: Int64
        var reason: String
        var approvedBy: String?
        var approvedMs: Int64?
        var model: Int64

        /// - Parameter description: of the cluster; nil if it is not published.
        init(_ label: ClusterLabel, _ description: ClusterDescription?, isDenied: Bool) {
            cluster = label.cluster
            text = label.text
            (proposedBy, proposedMs, reason) = (label.proposed.by, label.proposed.timeMs, label.proposed.reason)
            (approvedBy, approvedMs) = (label.approved?.by, label.approved?.timeMs)
            model = label.basis.modelVersion
            let fits = description.map(label.basis.fits) ?? false
            state =
                isDenied || ClusterLabel.problem(label.text) != nil
                ? .refused : !fits ? .expired : label.isApproved ? .shown : .proposed
        }
    }

    let entries: [Entry]

    /// A line for each label, for people.
    package var text: String {
        entries.map { entry in
            let approval = entry.approvedBy.map { ", approved by \($0.printable)" } ?? ""
            return "\(entry.cluster)  \(entry.state.rawValue.padding(to: 10))\(entry.text.printable)  (proposed by "
                + "\(entry.proposedBy.printable) at \(Formatting.time(entry.proposedMs))\(approval))\n"
        }.joined()
    }

    /// A line of JSON for each label.
    package func json() throws -> String { try entries.map(JSONText.line).joined() }
}

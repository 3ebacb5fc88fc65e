import Foundation
import ShoalClient
import ShoalClustering
import ShoalKafka
package import ShoalOperations
import ShoalPipeline
import ShoalSchemas
import ShoalSettings

/// Gives labels to clusters, for one user.
package struct Labelling {
    /// Why a label is refused.
    package struct Refusal: Error, CustomStringConvertible {
        package var description: String
    }

    private let topic: String
    private let clustersTopic: String
    private let kafka: ClientConfiguration
    private let trail: AuditTrail?
    private let terms: LabelTerms
    private let user: AuditUser

    /// - Throws: `Configuration.Invalid` without `labels.topic`.
    package init(_ configuration: Configuration, user: AuditUser = .current()) throws(Configuration.Invalid) {
        guard let topic = configuration[\.labelsTopic], let clustersTopic = configuration[\.clustersTopic] else {
            throw Configuration.Invalid(problems: ["labels.topic is not set: name the topic for labels of clusters"])
        }
        (self.topic, self.clustersTopic, self.user) = (topic, clustersTopic, user)
        kafka = configuration.client(configuration.logger)
        trail = AuditTrail(configuration)
        terms = configuration.labelTerms
    }

    // MARK: - Acts

    /// Proposes a label for a cluster, instead of the one that it has.
    /// - Returns: A sentence for the user.
    /// - Throws: `Refusal`; `UsageError` if the text is not well formed; `AuditLog.Failure`, `PipelineError` or `KafkaError`.
    package func propose(_ text: String, for cluster: UInt32, reason: String) async throws -> String {
        let trail = try auditTrail()
        if let problem = ClusterLabel.problem(text) {
            throw UsageError(description: "shoal label: \(text.printable) cannot be a label: \(problem)")
        }
        try check(text, cluster, reason, trail)
        let description = try await description(of: cluster)
        guard !description.leadingTopics.isEmpty else {
            throw Refusal(
                description: "cluster \(cluster) cannot have a label: its description names no topic, so that nobody "
                    + "would see when the label no longer fits. Allow topics to be told (privacy.policy)")
        }
        let label = ClusterLabel(
            cluster: cluster, text: text, proposed: act(reason), basis: ClusterLabel.Basis(description))
        try trail.append([.init(action: "label propose", what: what(cluster, text), reason: reason)])
        try write(label, cluster)
        return "cluster \(cluster): \"\(text)\" is proposed. It is shown when somebody else approves it: "
            + "shoal label \(cluster) --approve"
    }

    /// Approves the label that another person has proposed.
    /// - Parameter text: nil for any; otherwise the label must be this one.
    /// - Returns: A sentence for the user.
    /// - Throws: As `propose`.
    package func approve(_ cluster: UInt32, text: String?, reason: String) async throws -> String {
        let trail = try auditTrail()
        guard var label = try await labels().records[cluster], ClusterLabel.problem(label.text) == nil else {
            throw Refusal(description: "no label is proposed for cluster \(cluster)")
        }
        if let text, text != label.text {
            throw Refusal(
                description: "the label that is proposed for cluster \(cluster) is \"\(label.text.printable)\", not "
                    + "\"\(text.printable)\"")
        }
        guard !label.isApproved else {
            throw Refusal(description: "the label of cluster \(cluster) is approved already")
        }
        guard label.proposed.by != user.person else {
            throw Refusal(
                description: "the label of cluster \(cluster) was proposed by \(user.person): another user must "
                    + "approve it")
        }
        try check(label.text, cluster, reason, trail)
        guard try await label.basis.fits(description(of: cluster)) else {
            throw Refusal(
                description: "the label of cluster \(cluster) has expired: the cluster is no longer what it was "
                    + "proposed for. Propose it again if it still fits")
        }
        label.approved = act(reason)
        try trail.append([.init(action: "label approve", what: what(cluster, label.text), reason: reason)])
        try write(label, cluster)
        return "cluster \(cluster): \"\(label.text)\" is approved"
    }

    /// Removes the label of a cluster, whether it is shown or not.
    /// - Returns: A sentence for the user.
    /// - Throws: As `propose`.
    package func remove(_ cluster: UInt32, reason: String) async throws -> String {
        let trail = try auditTrail()
        // A record that is no label is removed, too.
        let text = try await labels().records[cluster]?.text ?? ""
        try trail.append([.init(action: "label remove", what: what(cluster, text), reason: reason)])
        try write(nil, cluster)
        return "cluster \(cluster): the label is removed"
    }

    /// Returns all labels, with what becomes of them.
    /// - Throws: `PipelineError` or `KafkaError`.
    package func list() async throws -> LabelList {
        let labels = try await labels()
        let clusters = try await clusters()
        return LabelList(
            entries: labels.records.values.sorted { $0.cluster < $1.cluster }.map { label in
                .init(label, clusters[label.cluster], isDenied: terms.term(in: label.text) != nil)
            })
    }

    // MARK: - Parts

    private func auditTrail() throws -> AuditTrail {
        guard let trail else {
            throw Configuration.Invalid(problems: [
                "audit.file is not set: labels must write a line to the audit log"
            ])
        }
        try Cryptography.selfTest()
        return trail
    }

    /// Refuses a label with a denied word, and records that.
    private func check(_ text: String, _ cluster: UInt32, _ reason: String, _ trail: AuditTrail) throws {
        guard let term = terms.term(in: text) else { return }
        try trail.append([.init(action: "label refuse", what: what(cluster, text), reason: reason)])
        throw Refusal(
            description: "\"\(text.printable)\" cannot be a label: \"\(term.printable)\" is on the list of "
                + "demographic and sensitive words. Labels say what is watched, not who watches")
    }

    private func what(_ cluster: UInt32, _ text: String) -> String { "cluster \(cluster): \(text.printable)" }

    private func act(_ reason: String) -> ClusterLabel.Act {
        ClusterLabel.Act(by: user.person, timeMs: Int64(Date().timeIntervalSince1970 * 1_000), reason: reason)
    }

    private func labels() async throws -> ClusterLabels {
        let labels = ClusterLabels(kafka: kafka, topic: topic)
        try await labels.catchUp()
        return labels
    }

    private func clusters() async throws -> ClusterDescriptions {
        let clusters = ClusterDescriptions(kafka: kafka, topic: clustersTopic) { _ in }
        try await clusters.catchUp()
        return clusters
    }

    /// A suppressed cluster is as unknown as one that never was.
    private func description(of cluster: UInt32) async throws -> ClusterDescription {
        guard let description = try await clusters()[cluster] else {
            throw Refusal(description: "there is no published cluster \(cluster)")
        }
        return description
    }

    private func write(_ label: ClusterLabel?, _ cluster: UInt32) throws {
        let producer = try Producer(kafka)
        let key = Array("\(cluster)".utf8)
        if let label {
            try producer.produce(to: topic, key: key.span, value: label.json.span)
        } else {
            try producer.produce(to: topic, key: key.span, value: nil)
        }
        try producer.deliver(to: topic)
    }
}

import ShoalKafka
package import ShoalOperations
import ShoalPipeline
import ShoalSchemas

/// Compares the topics with what Shoal needs.
package struct TopicDescription {
    private let isCheck: Bool

    /// - Parameter isCheck: Whether only problems are printed, and decide on the exit status.
    package init(isCheck: Bool) {
        self.isCheck = isCheck
    }

    /// - Throws: `KafkaError`.
    package func run(_ configuration: Configuration, tell: (String) -> Void) async throws -> ExitCode {
        let admin = try Admin(configuration.client(configuration.logger))
        try await admin.reach(timeout: .seconds(10))
        var isRight = true
        var isAuthorized = true
        var inputSettings: [String: String] = [:]
        let input = try await admin.known(configuration.topics.input, patience: .milliseconds(300))
        for plan in TopicPlan.plans(configuration, partitions: 0, input: input, replication: -1) {
            let name = plan.topic.name
            guard try await admin.known(name, patience: .milliseconds(300)) != nil,
                let layout = try await admin.layout(of: name)
            else {
                tell("\(name): MISSING (\(plan.purpose)); create it with `shoal topics create`")
                isRight = false
                continue
            }
            if !isCheck { tell("\(name): \(Formatting.count(layout.partitions, "partition")) (\(plan.purpose))") }
            var settings: [String: String] = [:]
            do throws(KafkaError) {
                settings = try await admin.configuration(of: name)
            } catch {
                // Unknown settings count as a problem.
                tell("\(isCheck ? "\(name):" : " ") cannot read its settings: \(error.message)")
                isRight = false
                if error.isAuthorization { isAuthorized = false }
            }
            var findings = plan.findings(layout, settings)
            if name == configuration.topics.input { inputSettings = settings }
            if name == configuration.topics.models, !findings.contains(where: \.isWrong),
                let finding = TopicPlan.reach(ofModels: settings, input: inputSettings)
            {
                findings.append(finding)
            }
            for finding in findings where !isCheck || finding.isWrong {
                tell("\(isCheck ? "\(name):" : " ") \(finding.text)")
            }
            if findings.contains(where: \.isWrong) { isRight = false }
        }
        guard isAuthorized else { return .notAuthorized }
        return isRight || !isCheck ? .ok : .unfit
    }
}

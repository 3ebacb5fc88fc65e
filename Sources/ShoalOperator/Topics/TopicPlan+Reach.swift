import ShoalOperations
import ShoalSchemas
import ShoalSettings

extension TopicPlan {
    /// How much longer models are kept than the input, unless `models.retention` is set: a partition may be without events,
    /// and an instance away, for so long.
    static let modelsSlack: Int64 = 7 * 86_400_000

    /// Returns the retention of the topic with models in ms: `models.retention`, or as long as the input and a week.
    /// - Parameter input: The retention of the input, negative without limit; `nil` if it is not known.
    /// - Returns: −1 without limit; `nil` if it is not known.
    static func modelsRetention(_ configuration: Configuration, input: Int64?) -> Int64? {
        configuration[\.modelsRetention] ?? input.map { $0 < 0 ? -1 : $0 + modelsSlack }
    }

    /// Compares how far models and input reach back.
    /// - Parameters: The settings of both topics at the broker.
    /// - Returns: nil if models reach back as far as the input, or up to a week longer, or if a setting is unknown.
    static func reach(ofModels models: [String: String], input: [String: String]) -> Finding? {
        func retention(_ settings: [String: String]) -> Int64? {
            settings["retention.ms"].flatMap { Int64($0) }.map { $0 < 0 ? .max : $0 }
        }
        guard let text = models["retention.ms"], let models = retention(models), let input = retention(input) else {
            return nil
        }
        if models < input {
            return .wrong(
                "retention.ms=\(text): less than that of the input, \(input == .max ? "unlimited" : "\(input)"): the input "
                    + "cannot be replayed from its beginning")
        }
        guard models - input > modelsSlack else { return nil }
        return .note(
            "retention.ms=\(text): more than that of the input, \(input), and a week: earlier models, whose sums contain erased viewers, "
                + "remain longer than their events (models.retention)")
    }
}

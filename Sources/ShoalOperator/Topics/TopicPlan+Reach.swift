import ShoalSchemas

extension TopicPlan {
    /// Compares how far models and input reach back.
    /// - Parameters: The settings of both topics at the broker.
    /// - Returns: nil if they reach back equally far, or if a setting is unknown.
    static func reach(ofModels models: [String: String], input: [String: String]) -> Finding? {
        func retention(_ settings: [String: String]) -> Int64? {
            settings["retention.ms"].flatMap { Int64($0) }.map { $0 < 0 ? .max : $0 }
        }
        guard let models = retention(models), let input = retention(input), models != input else { return nil }
        if models < input {
            return .wrong(
                "retention.ms is less than that of the input, \(input == .max ? "unlimited" : "\(input)"): the input cannot "
                    + "be replayed from its beginning")
        }
        return .note(
            "retention.ms is more than that of the input, \(input): earlier models, whose sums contain erased viewers, "
                + "remain longer than their events (models.retention)")
    }
}

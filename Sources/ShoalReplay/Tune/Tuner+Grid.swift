internal import ShoalSchemas

extension Tuner {
    private static let hour: Int64 = 3_600_000

    /// The settings and values that are worth trying for a log.
    package static func grid(_ facts: AudienceFacts) -> [Axis] {
        let hour = hour
        let span = max(facts.span, 1)
        func lengths(_ candidates: [Int64], from least: Int64, through most: Int64) -> [String] {
            candidates.filter { $0 >= least && $0 <= most }.map(Formatting.setting)
        }
        let days = [6, 24, 72, 168, 336, 720, 2_160].map { Int64($0) * hour }
        let epochs = [hour / 12, hour / 4, hour, 3 * hour, 6 * hour, 24 * hour, 168 * hour]
        let viewers = facts.viewers(withEvents: 3)
        let seeds = [100, 300, 1_000].filter { $0 <= max(viewers / 3, 100) }
        return [
            Axis("profile.half-life", lengths(days, from: span / 500, through: 2 * span)),
            Axis("epoch.length", lengths(epochs, from: span / 1_500, through: span / 20)),
            Axis("members.min-events", ["2", "3", "5", "10"]),
            Axis("clusters.seed-members", ["auto"] + seeds.map(String.init)),
            Axis("clusters.min-members", ["20", "40", "100"]),
            Axis("clusters.max", ["32", "128", "256"]),
            Axis("engagement.min", ["0%", "5%", "20%"]),
            Axis("profile.topics", ["8", "16", "32"]),
        ]
    }
}

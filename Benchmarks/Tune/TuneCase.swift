import ShoalReplay

/// Settings that an application has, what `shoal tune` recommends for them, and how the log's second half judges both.
struct TuneCase: Codable {
    /// The measures of settings on the second half, under one privacy key or on average over several.
    struct Measures: Codable {
        /// The bits by which a later watch is less surprising if the viewer's cluster is known.
        var gain: Double
        /// The share of later watches with one of the topics that the viewer's cluster watches most.
        var hits: Double
        /// Moves for each member and day.
        var moves: Double
        /// Members of published clusters at the end.
        var members: Double
        /// The gain, less the price of moves: what `shoal tune` chooses by.
        var points: Double

        init(mean scores: [TuneScore]) {
            func mean(_ value: (TuneScore) -> Int64) -> Double {
                Double(scores.reduce(0) { $0 + value($1) }) / Double(max(scores.count, 1))
            }
            (gain, hits) = (mean(\.gain) / 1e6, mean(\.predicted) / 1e6)
            (moves, members, points) = (mean(\.movesPerDay) / 1e6, mean(\.members), mean(\.points) / 1e6)
        }
    }

    var name: String
    /// The settings that differ from the defaults.
    var given: [String: String]
    var recommended: [String: String]
    var before: Measures
    var after: Measures
    /// What the recommendation was found by, on the first half.
    var tried: Int

    /// The defaults have no settings that differ.
    var isDefault: Bool { given.isEmpty }

    /// The least ratio of points that is required.
    var bound: Double { isDefault ? 1 : 1.05 }

    /// Which bounds are missed. The defaults must be met in every measure, with nine of ten members at least, as
    /// `tune` requires.
    var faults: [String] {
        var faults: [String] = []
        if after.points < before.points * bound { faults.append("points") }
        guard isDefault else { return faults }
        if after.gain < before.gain { faults.append("gain") }
        if after.hits < before.hits { faults.append("hits") }
        if after.moves > before.moves { faults.append("moves") }
        if after.members < before.members * 0.9 { faults.append("members") }
        return faults
    }
}

/// The search for better settings: one setting at a time, each with a few values, keeping the best so far.
///
/// A pure state machine: `next` names the settings to try, and `take` receives their score.
package struct Tuner: Sendable {
    /// A setting and the values to try, in the configuration's notation.
    package struct Axis: Sendable {
        package var name: String
        package var values: [String]

        package init(_ name: String, _ values: [String]) {
            (self.name, self.values) = (name, values)
        }
    }

    /// Settings that were tried.
    package struct Attempt: Codable, Equatable, Sendable {
        /// The one that was varied last; nil: the settings as they were given.
        package var name: String?
        package var value: String?
        /// All settings that differ from the given ones.
        package var settings: [String: String]
        package var score: TuneScore
        /// Whether it was the best so far.
        package var isBest: Bool
    }

    package private(set) var attempts: [Attempt] = []
    package let axes: [Axis]
    private let given: [String: String]
    private var axis = -1
    private var value = 0
    /// The best settings that differ from the given ones, and its points.
    package private(set) var best: [String: String] = [:]
    private var bestScore: TuneScore?

    /// The points above which settings are chosen, if these are the best so far: 1 % more, and a
    /// ten-thousandth of a bit.
    /// Smaller differences are chance.
    private static func needed(_ best: Int64) -> Int64 { best + max(abs(best) / 100, 100) }

    /// - Parameter given: the values as they were given, by name: they are not tried again.
    package init(_ axes: [Axis], given: [String: String]) {
        (self.axes, self.given) = (axes, given)
    }

    /// The number of attempts at most.
    package var total: Int {
        axes.reduce(1) { sum, axis in sum + axis.values.count { $0 != given[axis.name] } }
    }

    /// The next settings to try, as differences from the given ones; nil: the search is over.
    package mutating func next() -> (name: String?, value: String?, settings: [String: String])? {
        if axis < 0 { return (nil, nil, [:]) }
        while axis < axes.count {
            let current = axes[axis]
            while value < current.values.count, current.values[value] == given[current.name] { value += 1 }
            if value < current.values.count {
                var settings = best
                settings[current.name] = current.values[value]
                return (current.name, current.values[value], settings)
            }
            (axis, value) = (axis + 1, 0)
        }
        return nil
    }

    /// Takes the score of the settings that `next` returned.
    package mutating func take(_ score: TuneScore) {
        guard let tried = next() else { return }
        // Clusters of few viewers are no better than clusters of many.
        let hasMembers = attempts.first.map { score.members * 10 >= $0.score.members * 9 } ?? true
        let isBest = bestScore.map { score.points >= Self.needed($0.points) && hasMembers } ?? true
        attempts.append(
            Attempt(name: tried.name, value: tried.value, settings: tried.settings, score: score, isBest: isBest))
        if isBest { (best, bestScore) = (tried.settings, score) }
        if axis < 0 { axis = 0 } else { value += 1 }
    }
}

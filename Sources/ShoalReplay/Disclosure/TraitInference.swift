internal import ShoalClustering

/// A subscriber who knows the traits of one half of the pseudonyms, and infers those of the other half from what is published.
///
/// A naive Bayes classifier with integers. Each feature adds log2 of its share among those with the trait / its share among
/// those without. So it is a function of what is published, whatever the machine.
struct TraitInference {
    /// The area under the ROC curve, in millionths: the share of the pairs of a pseudonym with the trait and one without
    /// in which the score of the first is higher. Equal scores count half.
    struct Area: Equatable, Sendable {
        /// By the last cluster, and by the whole sequence.
        var cluster: Int64
        var history: Int64
    }

    /// The pseudonyms with a trait that each half must have, and those without. Fewer would give areas by chance.
    static let least = 50

    private struct Viewer {
        var traits: UInt64
        var half: Int
        var features: Range<Int>
    }

    private var viewers: [Viewer] = []
    /// Dense numbers of features.
    private var features: [Int] = []
    /// The number of viewers of each half who have each feature.
    private var counts: [[Int64]] = [[], []]

    init(_ published: PublishedFeatures) {
        var numbers: [UInt64: Int] = [:]
        features = published.features.map { feature in
            let next = numbers.count
            let number = numbers[feature] ?? next
            if number == next { numbers[feature] = next }
            return number
        }
        counts = Array(repeating: Array(repeating: 0, count: numbers.count), count: 2)
        viewers = published.viewers.map { viewer in
            Viewer(traits: viewer.traits, half: Self.half(of: viewer.member), features: viewer.features)
        }
        for viewer in viewers {
            for feature in features[viewer.features] { counts[viewer.half][feature] += 1 }
        }
    }

    /// Returns which half a viewer is in, whatever else there is.
    static func half(of member: Pseudonym) -> Int {
        var hash = SequenceHash()
        hash.add(UInt64(truncatingIfNeeded: member))
        return Int(hash.value & 1)
    }

    /// Returns the mean of both directions: each half is known once. nil if they are too few.
    func area(_ trait: Int) -> Area? {
        var (having, all): ([Int64], [Int64]) = ([0, 0], [0, 0])
        for viewer in viewers {
            all[viewer.half] += 1
            having[viewer.half] += Int64(viewer.traits >> UInt64(trait) & 1)
        }
        guard zip(having, all).allSatisfy({ min($0, $1 - $0) >= Self.least }) else { return nil }
        let areas = (0..<2).map { known -> Area in
            let weights = weights(trait, known: known, having: having[known], all: all[known])
            var (clusters, histories): ([Score], [Score]) = ([], [])
            for viewer in viewers where viewer.half != known {
                let hasTrait = viewer.traits >> UInt64(trait) & 1 == 1
                clusters.append(Score(value: weights[features[viewer.features.lowerBound]], hasTrait: hasTrait))
                let sum = features[viewer.features].reduce(0) { $0 + weights[$1] }
                histories.append(Score(value: sum, hasTrait: hasTrait))
            }
            return Area(cluster: Self.area(clusters), history: Self.area(histories))
        }
        return Area(
            cluster: (areas[0].cluster + areas[1].cluster) / 2, history: (areas[0].history + areas[1].history) / 2)
    }

    /// Returns what each feature adds to a score. Smoothed by one more viewer with each feature, who has the trait as often as all
    /// have: a feature that no known viewer has adds nothing.
    private func weights(_ trait: Int, known: Int, having: Int64, all: Int64) -> [Int64] {
        var own = Array(repeating: 0 as Int64, count: counts[known].count)
        for viewer in viewers where viewer.half == known && viewer.traits >> UInt64(trait) & 1 == 1 {
            for feature in features[viewer.features] { own[feature] += 1 }
        }
        let lacking = all - having
        let prior = FixedLogarithm.log2(UInt64(lacking)) - FixedLogarithm.log2(UInt64(having))
        return zip(own, counts[known]).map { own, each in
            FixedLogarithm.log2(UInt64(own * all + having)) - FixedLogarithm.log2(UInt64((each - own) * all + lacking))
                + prior
        }
    }

    /// The score of a pseudonym.
    struct Score {
        var value: Int64
        var hasTrait: Bool
    }

    /// Returns the area under the ROC curve by ranks (Hanley and McNeil, 1982), in millionths. There must be pseudonyms with and
    /// without the trait.
    static func area(_ scores: [Score]) -> Int64 {
        let sorted = scores.sorted { $0.value < $1.value }
        // Pairs in the right order count 2, and those with equal scores 1.
        var (having, lacking, right): (Int128, Int128, Int128) = (0, 0, 0)
        var start = 0
        while start < sorted.count {
            let end = sorted[start...].firstIndex { $0.value != sorted[start].value } ?? sorted.count
            let with = Int128(sorted[start..<end].count { $0.hasTrait })
            let without = Int128(end - start) - with
            right += with * (2 * lacking + without)
            having += with
            lacking += without
            start = end
        }
        let pairs = having * lacking
        return Int64((right * 500_000 + pairs / 2) / pairs)
    }
}

package import ShoalClustering
package import ShoalPipeline
internal import Synchronization

/// Adds up what the partitions of a replay publish, and measures what it discloses. Every partition opens every epoch, because
/// the epochs are given, so each sum is complete as soon as all of them have added to it. Thread-safe.
package final class DisclosureCollector: Sendable {
    /// A time at which sequences are compared: before any change of this time.
    struct Moment: Sendable {
        enum Name: Hashable, Sendable {
            /// So many midnights (UTC) after the first event.
            case midnight(Int)
            /// The end of a period of pseudonyms.
            case rotation(Int64)
            case end
        }

        var name: Name
        var time: Int64
    }

    /// The epochs of the replay.
    struct Span: Sendable {
        var first: Epoch
        /// The first and the last moment, in ms.
        var start: Int64
        var end: Int64
        var moments: [Moment]
        var fixed: Settings.Fixed

        init(first: Epoch, last: Epoch, _ fixed: Settings.Fixed) {
            (self.first, self.fixed) = (first, fixed)
            (start, end) = (first * fixed.epochLength, (last + 1) * fixed.epochLength)
            let day = DisclosureMeasures.day
            let midnight = start - (start % day + day) % day
            moments = stride(from: midnight + day, through: end, by: Int64.Stride(day)).enumerated().map {
                Moment(name: .midnight($0), time: $1)
            }
        }
    }

    /// The members in each published cluster, or in none (0), with the number of those who have each trait.
    struct Places: Sendable {
        private let width: Int
        private(set) var rows: [ClusterID: Int] = [:]
        private var counts: [Int64] = []
        private(set) var suppressedMembers: Int64 = 0
        var suppressedClusters = 0

        init(traits: Int) { width = traits + 1 }

        mutating func add(_ traits: UInt64, in cluster: ClusterID, isSuppressed: Bool) {
            let row = row(of: cluster)
            counts[row] += 1
            var bits = traits
            while bits != 0 {
                counts[row + 1 + bits.trailingZeroBitCount] += 1
                bits &= bits - 1
            }
            if isSuppressed { suppressedMembers += 1 }
        }

        mutating func add(_ other: Places) {
            for (cluster, from) in other.rows {
                let to = row(of: cluster)
                for index in 0..<width { counts[to + index] += other.counts[from + index] }
            }
            suppressedMembers += other.suppressedMembers
            suppressedClusters += other.suppressedClusters
        }

        private mutating func row(of cluster: ClusterID) -> Int {
            if let row = rows[cluster] { return row }
            rows[cluster] = counts.count
            counts += repeatElement(0, count: width)
            return counts.count - width
        }

        /// The members of a row, and those with a trait.
        func members(_ row: Int) -> Int64 { counts[row] }
        func members(_ row: Int, with trait: Int) -> Int64 { counts[row + 1 + trait] }
    }

    /// How many members have each sequence, by its hash.
    struct Sets: Sendable {
        var clusters: [UInt64: Int32] = [:]
        var timed: [UInt64: Int32] = [:]
        var changes: Int64

        init(changes: Int64) { self.changes = changes }

        mutating func add(_ other: Sets) {
            clusters.merge(other.clusters, uniquingKeysWith: +)
            timed.merge(other.timed, uniquingKeysWith: +)
            changes += other.changes
        }
    }

    /// What partitions add up, by epoch or moment.
    private struct Sums<Key: Hashable, Value> {
        private var open: [Key: (sum: Value, partitions: Int)] = [:]

        /// Adds what a partition has.
        /// - Returns: The sum if it is complete: all partitions have added to it.
        mutating func add(
            _ value: Value, to key: Key, of partitions: Int, by add: (inout Value, Value) -> Void
        ) -> Value? {
            var (sum, count) = (value, 1)
            if var entry = open.removeValue(forKey: key) {
                add(&entry.sum, value)
                (sum, count) = (entry.sum, entry.partitions + 1)
            }
            if count == partitions { return sum }
            open[key] = (sum, count)
            return nil
        }
    }

    private struct State {
        var partitions = 0
        var places = Sums<Epoch, Places>()
        var sets = Sums<Moment.Name, Sets>()
        var features = Sums<Moment.Name, PublishedFeatures>()
        var tally: DisclosureTally
    }

    let traits: [Pseudonym: UInt64]
    let traitCount: Int
    private let state: Mutex<State>

    /// - Parameter key: The key of the run.
    package init(_ traits: DisclosureTraits, key: PrivacyKey, settings: Settings, bounds: DisclosureBounds) {
        self.traits = traits.byMember(key)
        traitCount = traits.traits.count
        state = Mutex(State(tally: DisclosureTally(traits, settings, bounds)))
    }

    /// Called before the partitions are replayed.
    func begin(partitions: Int) { state.withLock { $0.partitions = partitions } }

    func add(_ places: Places, epoch: Epoch) {
        state.withLock { state in
            let sum = state.places.add(places, to: epoch, of: state.partitions) { $0.add($1) }
            if let sum { state.tally.add(sum, epoch: epoch) }
        }
    }

    func add(_ sets: Sets, at moment: Moment.Name) {
        state.withLock { state in
            let sum = state.sets.add(sets, to: moment, of: state.partitions) { $0.add($1) }
            if let sum { state.tally.add(sum, at: moment) }
        }
    }

    func add(_ features: PublishedFeatures, at moment: Moment.Name) {
        state.withLock { state in
            let sum = state.features.add(features, to: moment, of: state.partitions) { $0.add($1) }
            if let sum { state.tally.add(TraitInference(sum)) }
        }
    }

    /// - Parameters:
    ///   - assigned: Members in clusters in the last model.
    ///   - smallest: The size of the smallest cluster in any model that published it.
    func measures(assigned: Int64, smallest: Int64?) -> DisclosureMeasures {
        state.withLock { $0.tally.measures(assigned: assigned, smallest: smallest) }
    }
}

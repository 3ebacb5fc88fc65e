import ShoalSchemas

/// What subscribers compute from the output alone.
struct Adversary {
    private let changes: [ClusterChange]

    init(_ changes: [ClusterChange]) { self.changes = changes }

    private struct Batch: Hashable {
        var model: Int64?
        var from: UInt32
        var to: UInt32
        var why: ClusterChange.Reason
    }

    /// The members that moved together, for a reason that is no event of theirs.
    private var batches: [[UInt128]] {
        var found: [Batch: [UInt128]] = [:]
        for change in changes {
            guard let member = change.member, let why = change.why,
                ![.event, .erased, .expired, .rotated].contains(why)
            else {
                continue
            }
            found[Batch(model: change.modelVersion, from: change.from, to: change.to, why: why), default: []]
                .append(member)
        }
        return Array(found.values)
    }

    /// The number of batches, and of those that name fewer than `least` members.
    func smallBatches(least: Int) -> (all: Int, small: Int) {
        let all = batches
        return (all.count, all.count { $0.count < least })
    }

    /// Members who may be in a suppressed group: those who were moved in a batch that is too small for a published cluster,
    /// and those who were in a cluster and are in none.
    func suspects(least: Int) -> Set<UInt128> {
        var suspects = Set(batches.filter { $0.count < least }.joined())
        var places: [UInt128: UInt32] = [:]
        for change in changes {
            if let member = change.member { places[member] = change.to }
        }
        suspects.formUnion(places.filter { $0.value == 0 }.keys)
        return suspects
    }
}

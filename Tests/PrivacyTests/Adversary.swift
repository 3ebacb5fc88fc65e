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

    /// Guesses the pseudonyms of viewers of whom ten watches are known. A change by an event in the epoch of one of them is
    /// evidence by how rare changes are there: 1 divided by the number of members that changed. A guess needs a half, and more
    /// than for any other member.
    /// - Returns: The number of viewers, and of right guesses.
    func recognized(_ stream: PlantedStream) -> (known: Int, right: Int) {
        var changed: [Int64: Set<UInt128>] = [:]
        for change in changes where change.why == .event {
            if let member = change.member, let time = change.eventTime { changed[time, default: []].insert(member) }
        }
        var right = 0
        for (pseudonym, times) in stream.knownWatches {
            var votes: [UInt128: Double] = [:]
            for members in Set(times.map(stream.epochEnd)).compactMap({ changed[$0] }) {
                for member in members { votes[member, default: 0] += 1 / Double(members.count) }
            }
            guard let best = votes.values.max(), best >= 0.5 else { continue }
            let likely = votes.filter { $0.value == best }
            if likely.count == 1, likely.keys.first == pseudonym { right += 1 }
        }
        return (stream.knownWatches.count, right)
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

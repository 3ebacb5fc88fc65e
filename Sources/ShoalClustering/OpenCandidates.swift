/// The candidates of the open epoch with their lowest marks, in bounded memory.
struct OpenCandidates {
    private struct Entry {
        var rank: UInt64
        var marks: [UInt32]
    }

    /// The maximum number of candidates in an epoch delta.
    static let most = 4_096

    private var entries: [UInt128: Entry] = [:]
    /// The names of admitted candidates seen in this epoch.
    private var namings: [UInt128: [UInt8]] = [:]
    private var quota = ViewerQuota()
    /// The rank above which no candidate can be among the lowest.
    private var bound = UInt64.max

    init() {}

    /// Restores the candidates from a snapshot.
    init(_ sightings: [CandidateSighting], _ namings: [TopicNaming], _ counts: [SightingCount], epoch: Epoch?) {
        quota = ViewerQuota(counts)
        for sighting in sightings {
            entries[sighting.candidate] = Entry(
                rank: Self.rank(epoch, sighting.candidate), marks: sighting.marks)
        }
        for naming in namings { self.namings[naming.candidate] = naming.name }
    }

    /// Returns a hash of (epoch, candidate), which selects candidates if there are too many.
    static func rank(_ epoch: Epoch?, _ candidate: UInt128) -> UInt64 {
        var mixer = SplitMix64(seed: UInt64(bitPattern: epoch ?? .min))
        mixer.absorb(UInt64(truncatingIfNeeded: candidate >> 64))
        mixer.absorb(UInt64(truncatingIfNeeded: candidate))
        return mixer.next()
    }

    /// The number of sightings by each viewer in the open epoch.
    var sightingCounts: [SightingCount] { quota.sightings }

    /// Records that a viewer watched the candidate. Does nothing if the viewer has used up the
    /// sightings of this epoch.
    mutating func see(
        _ candidate: UInt128, of member: Pseudonym, epoch: Epoch?, mark: () -> UInt32, most marks: Int
    ) {
        guard quota.count(member) else { return }
        let rank = Self.rank(epoch, candidate)
        guard rank <= bound else { return }
        let mark = mark()
        var entry = entries[candidate] ?? Entry(rank: rank, marks: [])
        let place = entry.marks.firstIndex { $0 >= mark } ?? entry.marks.count
        if place < entry.marks.count, entry.marks[place] == mark { return }
        guard place < marks else { return }
        entry.marks.insert(mark, at: place)
        if entry.marks.count > marks { entry.marks.removeLast() }
        entries[candidate] = entry
        if entries.count > 2 * Self.most { shrink() }
    }

    mutating func name(_ candidate: UInt128, _ name: ArraySlice<UInt8>) {
        if namings[candidate] == nil { namings[candidate] = Array(name) }
    }

    /// Returns the candidates and names for the epoch delta, ascending by candidate, and clears them.
    mutating func take() -> ([CandidateSighting], [TopicNaming]) {
        shrink()
        let sightings = entries.map { CandidateSighting(candidate: $0.key, marks: $0.value.marks) }
        let names = namings.map { TopicNaming(candidate: $0.key, name: $0.value) }
        self = OpenCandidates()
        return (sightings.sorted { $0.candidate < $1.candidate }, names.sorted { $0.candidate < $1.candidate })
    }

    private mutating func shrink() {
        guard entries.count > Self.most else { return }
        let ranks = entries.map { ($0.value.rank, $0.key) }.sorted { $0 < $1 }
        for (_, candidate) in ranks[Self.most...] { entries[candidate] = nil }
        bound = ranks[Self.most - 1].0
    }
}

internal import ShoalClustering
internal import ShoalPipeline

/// Follows what a subscriber sees of the members of a partition: 32 bytes for each published member.
final class PublishedTracks: PlaceWatcher {
    /// What is known of a published pseudonym: its clusters in their order, and the same with the epochs.
    private struct Track {
        var clusters = SequenceHash()
        var timed = SequenceHash()
    }

    private let collector: DisclosureCollector
    private let traits: [Pseudonym: UInt64]
    private let traitCount: Int
    private let epochLength: Int64
    private var tracks: [Pseudonym: Track] = [:]
    /// The changes of these pseudonyms.
    private var changes: Int64 = 0
    /// The ends of days at which sequences are compared.
    private var moments: ArraySlice<DisclosureCollector.Moment>
    private var period: Int64?
    private let isFirst: Bool

    init(_ collector: DisclosureCollector, _ span: DisclosureCollector.Span, partition: Int) {
        self.collector = collector
        (traits, traitCount) = (collector.traits, collector.traitCount)
        epochLength = span.fixed.epochLength
        moments = span.moments[...]
        period = span.fixed.period(of: span.first)
        isFirst = partition == 0
    }

    func take(_ changes: [MemberChange]) {
        for change in changes {
            advance(to: change.time ?? .min)
            if change.reason == .rotated {
                // Leaving is published under the former pseudonym, after the new ones have joined.
                guard change.to != 0 else { continue }
                begin(change.period)
            }
            self.changes += 1
            var track = tracks[change.member] ?? Track()
            track.clusters.add(UInt64(change.to))
            track.timed.add(UInt64(change.to))
            track.timed.add(UInt64(bitPattern: change.time ?? 0))
            tracks[change.member] = track
        }
    }

    func opened(_ shard: borrowing Shard<KeyedTopics>, _ model: Model) {
        guard let epoch = shard.openEpoch else { return }
        advance(to: epoch * epochLength)
        begin(shard.fixed.period(of: epoch))
        let published = Set(model.clusters.lazy.filter { $0.isActive && $0.isPublished }.map(\.id))
        var places = DisclosureCollector.Places(traits: traitCount)
        shard.forEachPlace { member, cluster, home in
            let isSuppressed = cluster.map { $0 != 0 && !published.contains($0) } ?? false
            places.add(traits[member] ?? 0, in: home, isSuppressed: isSuppressed)
        }
        // All partitions have the same model.
        if isFirst { places.suppressedClusters = model.clusters.count { $0.isActive && !$0.isPublished } }
        collector.add(places, epoch: epoch)
    }

    func finish() {
        while let moment = moments.popFirst() { compare(moment.name) }
        compare(.end)
    }

    private func advance(to time: Int64) {
        while let next = moments.first, next.time <= time {
            moments.removeFirst()
            compare(next.name)
        }
    }

    /// Pseudonyms are new in each period of a rotation.
    private func begin(_ period: Int64?) {
        guard period != self.period else { return }
        compare(.rotation(self.period ?? 0))
        self.period = period
        tracks = [:]
        changes = 0
    }

    private func compare(_ name: DisclosureCollector.Moment.Name) {
        var sets = DisclosureCollector.Sets(changes: changes)
        sets.clusters.reserveCapacity(tracks.count)
        for track in tracks.values {
            sets.clusters[track.clusters.value, default: 0] += 1
            sets.timed[track.timed.value, default: 0] += 1
        }
        collector.add(sets, at: name)
    }
}

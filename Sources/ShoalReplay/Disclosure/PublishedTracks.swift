internal import ShoalClustering
internal import ShoalPipeline

/// Follows what a subscriber sees of the members of a partition: 48 bytes for each published member, and if there are traits, 16
/// for each change.
final class PublishedTracks: PlaceWatcher {
    /// What is known of a published pseudonym: its clusters in their order, and the same with the epochs.
    private struct Track {
        var clusters = SequenceHash()
        var timed = SequenceHash()
        /// The index of its last change in `steps`; -1 without traits.
        var last: Int32 = -1
    }

    /// A published change, and the index of the one before of the same pseudonym; -1 if it is the first one.
    private struct LinkedStep {
        var step: PublishedFeatures.Step
        var previous: Int32
    }

    private let collector: DisclosureCollector
    private let traits: [Pseudonym: UInt64]
    private let traitCount: Int
    private let epochLength: Int64
    private var tracks: [Pseudonym: Track] = [:]
    private var steps: [LinkedStep] = []
    /// The changes of these pseudonyms.
    private var changes: Int64 = 0
    /// The ends of days at which sequences are compared.
    private var moments: ArraySlice<DisclosureCollector.Moment>
    private var period: Int64?
    /// When this period of pseudonyms began, and when the replay ends.
    private var start: Int64
    private let end: Int64
    private let isFirst: Bool

    init(_ collector: DisclosureCollector, _ span: DisclosureCollector.Span, partition: Int) {
        self.collector = collector
        (traits, traitCount) = (collector.traits, collector.traitCount)
        epochLength = span.fixed.epochLength
        moments = span.moments[...]
        period = span.fixed.period(of: span.first)
        (start, end) = (span.start, span.end)
        isFirst = partition == 0
    }

    func take(_ changes: [MemberChange]) {
        for change in changes {
            advance(to: change.time ?? .min)
            if change.reason == .rotated {
                // Leaving is published under the former pseudonym, after the new ones have joined.
                guard change.to != 0 else { continue }
                begin(change.period, at: change.time ?? start)
            }
            self.changes += 1
            var track = tracks[change.member] ?? Track()
            track.clusters.add(UInt64(change.to))
            track.timed.add(UInt64(change.to))
            track.timed.add(UInt64(bitPattern: change.time ?? 0))
            if traitCount > 0 {
                let step = PublishedFeatures.Step(cluster: change.to, time: change.time ?? start)
                steps.append(LinkedStep(step: step, previous: track.last))
                track.last = Int32(steps.count - 1)
            }
            tracks[change.member] = track
        }
    }

    func opened(_ shard: borrowing Shard<KeyedTopics>, _ model: Model) {
        guard let epoch = shard.openEpoch else { return }
        advance(to: epoch * epochLength)
        begin(shard.fixed.period(of: epoch), at: epoch * epochLength)
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
        infer(.end, at: end)
    }

    private func advance(to time: Int64) {
        while let next = moments.first, next.time <= time {
            moments.removeFirst()
            compare(next.name)
        }
    }

    /// Pseudonyms are new in each period of a rotation.
    private func begin(_ period: Int64?, at time: Int64) {
        guard period != self.period else { return }
        compare(.rotation(self.period ?? 0))
        infer(.rotation(self.period ?? 0), at: time)
        self.period = period
        start = time
        tracks = [:]
        steps = []
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

    /// Hands over what is known of the pseudonyms of this period.
    private func infer(_ name: DisclosureCollector.Moment.Name, at time: Int64) {
        guard traitCount > 0 else { return }
        var features = PublishedFeatures()
        for (member, track) in tracks {
            var own: [PublishedFeatures.Step] = []
            var index = Int(track.last)
            while index >= 0 {
                own.append(steps[index].step)
                index = Int(steps[index].previous)
            }
            features.add(member, traits[member] ?? 0, own.reversed(), from: start, until: time)
        }
        collector.add(features, at: name)
    }
}

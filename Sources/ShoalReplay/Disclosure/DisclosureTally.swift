internal import ShoalClustering

/// Adds up what a run discloses, epoch after epoch.
struct DisclosureTally {
    /// The groups in which a trait is most remarkable.
    private struct Found {
        var highest: DisclosureMeasures.Group?
        var farthest: DisclosureMeasures.Group?
        var highestAtEnd: DisclosureMeasures.Group?
        var farthestAtEnd: DisclosureMeasures.Group?
        var prior: Int64 = 0
        /// Members and epochs in groups beyond a bound.
        var beyond: Int64 = 0
        /// The largest areas of all periods of pseudonyms.
        var area: TraitInference.Area?

        mutating func add(_ group: DisclosureMeasures.Group, _ size: Int64, _ bounds: DisclosureBounds) {
            if group.lift > highestAtEnd?.lift ?? -1 { highestAtEnd = group }
            if group.distance > farthestAtEnd?.distance ?? -1 { farthestAtEnd = group }
            if group.lift > highest?.lift ?? -1 { highest = group }
            if group.distance > farthest?.distance ?? -1 { farthest = group }
            if group.lift > bounds.lift || group.distance > bounds.distance { beyond += size }
        }
    }

    private let names: DisclosureTraits
    private let settings: Settings
    private let bounds: DisclosureBounds
    private var epochs: Int64 = 0
    private var found: [Found]
    /// Members and epochs: all, those in no published cluster, and by the size of the published cluster.
    private var members: Int64 = 0
    private var none: Int64 = 0
    private var bySize: [Int64: Int64] = [:]
    private var suppressedMembers: Int64 = 0
    /// Epochs with no suppressed cluster, with 1 to 4, and with 5 or more.
    private var suppressedEpochs: [Int64] = [0, 0, 0]
    private var sequences: [DisclosureMeasures.Sequences] = []
    /// The first midnight after a published change.
    private var firstMidnight: Int?
    private var rotation: DisclosureMeasures.Sequences?

    init(_ names: DisclosureTraits, _ settings: Settings, _ bounds: DisclosureBounds) {
        (self.names, self.settings, self.bounds) = (names, settings, bounds)
        found = Array(repeating: Found(), count: names.traits.count)
    }

    private var least: Int64 { max(settings.minClusterSize, 1) }

    /// Adds an opened epoch. Epochs come in order.
    mutating func add(_ places: DisclosureCollector.Places, epoch: Epoch) {
        let rows = places.rows.sorted { $0.key < $1.key }
        let all = rows.reduce(0) { $0 + places.members($1.value) }
        guard all > 0 else { return }
        epochs += 1
        members += all
        for (cluster, row) in rows {
            let size = places.members(row)
            if cluster == 0 { none += size } else { bySize[size, default: 0] += size }
        }
        suppressedMembers += places.suppressedMembers
        suppressedEpochs[places.suppressedClusters == 0 ? 0 : places.suppressedClusters < 5 ? 1 : 2] += 1
        for trait in found.indices {
            let having = rows.reduce(0) { $0 + places.members($1.value, with: trait) }
            found[trait].prior = Self.millionths(having, all)
            (found[trait].highestAtEnd, found[trait].farthestAtEnd) = (nil, nil)
            for (cluster, row) in rows where places.members(row) >= least {
                let (size, own) = (places.members(row), places.members(row, with: trait))
                let group = DisclosureMeasures.Group(
                    share: Self.millionths(own, size), prior: found[trait].prior,
                    lift: having == 0 ? 0 : Int64((Double(own * all) / Double(size * having) * 1e6).rounded()),
                    time: epoch * settings.fixed.epochLength, isNone: cluster == 0)
                found[trait].add(group, size, bounds)
            }
        }
    }

    /// Adds a comparison of sequences.
    mutating func add(_ sets: DisclosureCollector.Sets, at moment: DisclosureCollector.Moment.Name) {
        let all = sets.clusters.values.reduce(0) { $0 + Int64($1) }
        if case .midnight(let number) = moment, all > 0, firstMidnight == nil { firstMidnight = number }
        guard all >= least else { return }
        func share(_ counts: some Sequence<Int32>, below size: Int32) -> Int64 {
            Self.millionths(counts.reduce(0) { $1 < size ? $0 + Int64($1) : $0 }, all)
        }
        var entry = DisclosureMeasures.Sequences(
            at: "", members: all, changes: (sets.changes * 100 + all / 2) / all,
            unique: share(sets.clusters.values, below: 2), fewerThanTen: share(sets.clusters.values, below: 10),
            medianSet: Self.quantile(50, of: sets.clusters.values.map { (Int64($0), Int64($0)) }, all) ?? 0,
            timedUnique: share(sets.timed.values, below: 2), timedFewerThanTen: share(sets.timed.values, below: 10))
        switch moment {
        case .midnight(let number):
            let days = number - (firstMidnight ?? number) + 1
            guard days == 1 || days == 3 || days.isMultiple(of: 7) else { return }
            (entry.at, entry.days) = ("day", days)
        case .end: entry.at = "end"
        case .rotation:
            entry.at = "rotation"
            if entry.unique >= rotation?.unique ?? 0 { rotation = entry }
            return
        }
        sequences.append(entry)
    }

    /// Adds what can be inferred at the end, or at the end of a period of pseudonyms.
    mutating func add(_ inference: TraitInference) {
        for trait in found.indices {
            guard let area = inference.area(trait) else { continue }
            let worst = found[trait].area ?? area
            found[trait].area = .init(
                cluster: max(worst.cluster, area.cluster), history: max(worst.history, area.history))
        }
    }

    /// - Parameters:
    ///   - assigned: Members in clusters in the last model.
    ///   - smallest: The size of the smallest cluster in any model that published it.
    func measures(assigned: Int64, smallest: Int64?) -> DisclosureMeasures {
        DisclosureMeasures(
            epochs: Int(epochs), traits: names.traits.indices.map(trait),
            sequences: sequences + (rotation.map { [$0] } ?? []), sizes: sizes(smallest), forging: forging(assigned))
    }

    private func trait(_ index: Int) -> DisclosureMeasures.Trait {
        let (found, viewers) = (found[index], names.counts[index])
        var trait = DisclosureMeasures.Trait(kind: names.traits[index].kind, name: names.traits[index].name)
        trait.holdsLift = found.highest.map { $0.lift <= bounds.lift } ?? true
        trait.holdsDistance = found.farthest.map { $0.distance <= bounds.distance } ?? true
        trait.holdsAUC = found.area.map { max($0.cluster, $0.history) <= bounds.auc }
        guard viewers >= least else { return trait }
        (trait.aucCluster, trait.aucHistory) = (found.area?.cluster, found.area?.history)
        (trait.viewers, trait.prior) = (viewers, found.prior)
        (trait.highest, trait.farthest) = (found.highest, found.farthest)
        (trait.highestAtEnd, trait.farthestAtEnd) = (found.highestAtEnd, found.farthestAtEnd)
        trait.beyond = Self.millionths(found.beyond, members)
        return trait
    }

    private func sizes(_ smallest: Int64?) -> DisclosureMeasures.Sizes {
        let sizes = Array(bySize)
        let inClusters = sizes.reduce(0) { $0 + $1.value }
        func told(_ size: Int64?) -> Int64? { size.flatMap { $0 >= least ? $0 : nil } }
        return DisclosureMeasures.Sizes(
            quantiles: DisclosureMeasures.percents.map {
                told(Self.quantile($0, of: sizes.map { ($0.key, $0.value) }, inClusters))
            },
            smallest: told(smallest), least: least, holds: smallest.map { $0 >= least } ?? true,
            seenUnderLeast: Self.millionths(sizes.reduce(0) { $1.key < least ? $0 + $1.value : $0 }, members),
            none: Self.millionths(none, members),
            suppressed: suppressedEpochs.map { Self.millionths($0, epochs) },
            suppressedMembers: suppressedMembers / max(epochs, 1) / least * least)
    }

    /// A published cluster has at least `privacy.min-cluster-size` members that count, and a cluster that lasts at least
    /// `clusters.min-members` and a share of all. All but one of them are forged, and each has as many events as a member that
    /// counts. In an application that is younger than `privacy.member-age`, all members count.
    private func forging(_ assigned: Int64) -> DisclosureMeasures.Forging {
        let smallest = max(settings.clustersMinMembers, assigned * settings.clustersMinShare / 1_000_000)
        let viewers = max(least, smallest) - 1
        let records = viewers * Int64(settings.countingEvents)
        let time = settings.countingAge + settings.fixed.staleness * settings.fixed.epochLength
        return DisclosureMeasures.Forging(
            viewers: viewers, records: records, milliseconds: time,
            holds: records >= bounds.records && time >= bounds.days * DisclosureMeasures.day)
    }

    private static func millionths(_ part: Int64, _ whole: Int64) -> Int64 {
        whole == 0 ? 0 : Int64((Double(part) / Double(whole) * 1e6).rounded())
    }

    /// Returns the size that so many percent of the members do not exceed.
    /// - Parameter members: How many there are of each size.
    private static func quantile(_ percent: Int64, of sizes: [(size: Int64, members: Int64)], _ all: Int64) -> Int64? {
        var sum: Int64 = 0
        for entry in sizes.sorted(by: { $0.size < $1.size }) {
            sum += entry.members
            if sum * 100 >= all * percent { return entry.size }
        }
        return nil
    }
}

internal import ShoalClustering
internal import ShoalKafka
internal import ShoalPipeline
internal import ShoalSchemas

/// The results of a live group, from its models and published changes. Not thread-safe.
struct RecordedSide {
    private struct Place {
        var cluster: ClusterID
        /// Of the pseudonym under which the member was published there.
        var period: Int64?
    }

    private var published: [Pseudonym: Place] = [:]
    /// The published cluster of each member that has one, by its pseudonym in the state, as in a replay.
    var places: [Pseudonym: ClusterID] { published.mapValues(\.cluster) }
    /// Changes by the open epoch.
    private var tallies: [Epoch: Tally] = [:]
    private var lifecycle: [ClusterChange] = []
    private var keeper = TallyKeeper()
    private let pseudonyms: PublishedPseudonyms
    private let staleness: Int64
    private let epochLength: Int64

    init(_ settings: Settings, _ key: PrivacyKey) {
        pseudonyms = PublishedPseudonyms(key)
        staleness = settings.fixed.staleness
        epochLength = settings.fixed.epochLength
    }

    /// Adds a published change. Each member's changes must be in order.
    mutating func take(_ change: ClusterChange) {
        guard let name = change.member, let why = change.why.flatMap({ Reason(rawValue: $0.rawValue) }) else {
            return lifecycle.append(change)
        }
        let period = change.pseudonymPeriod
        let member = pseudonyms.stored(name, in: period)
        if change.to != 0 {
            published[member] = Place(cluster: change.to, period: period)
        } else if published[member]?.period == period {
            // A member that leaves under a former pseudonym may have joined under its new one before.
            published[member] = nil
        }
        // An epoch's events are handled with the model of `staleness` epochs earlier.
        let epoch = change.modelVersion.map { $0 &+ staleness } ?? change.eventTime.map { $0 / epochLength } ?? .min
        keeper.take([
            MemberChange(
                member: member, from: change.from, to: change.to, reason: why, model: change.modelVersion,
                offset: 0, time: change.eventTime, epoch: epoch)
        ])
        tallies[epoch, default: Tally()] += keeper.cut(events: 0)
    }

    /// Returns the report of a run up to a model.
    /// - Parameters:
    ///   - input: The input as reported by the other run.
    ///   - last: The version of the last model to include.
    func report(_ run: RecordedRun, input: ReplayReport.Input, through last: Epoch) throws -> ReplayReport {
        let builder = ReportBuilder()
        var model = run.genesis.model
        var included = run.genesis.bookkeeping.partitions.map(\.included)
        var left = tallies.sorted { $0.key < $1.key }[...]
        for record in run.models {
            guard let version = record.bookkeeping.through, version <= last else { break }
            let counts = record.bookkeeping.partitions.map(\.included)
            defer { included = counts }
            guard counts != included, let found = try run.table.record(version) else { continue }
            model = found.model
            var tally = Tally()
            while let entry = left.first, entry.key <= version {
                tally += entry.value
                left.removeFirst()
            }
            builder.take(model, version, tally)
        }
        let ordered = lifecycle.filter { $0.modelVersion ?? .min <= last }.sorted {
            ($0.modelVersion ?? .min, $0.kind.rawValue, $0.cluster, $0.otherCluster)
                < ($1.modelVersion ?? .min, $1.kind.rawValue, $1.cluster, $1.otherCluster)
        }
        for change in ordered { builder.take(published: change) }
        var report = builder.report()
        report.input = input
        report.input.skippedScans = 0
        report.settings = ReplayReport.Setting.list(model.settings)
        report.quality = ReplayReport.Quality([], model: model, rows: report.rows)
        report.quality.similarity = report.rows.last?.similarity ?? 0
        let all = tallies.values.reduce(into: Tally()) { $0 += $1 }
        report.totals = ReplayReport.Totals(
            joined: all.joined, moved: all.moved, left: all.left, erased: all.erased, returned: all.returned)
        return report
    }
}

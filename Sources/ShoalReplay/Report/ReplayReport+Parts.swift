internal import ShoalClustering
internal import ShoalPipeline
internal import ShoalSchemas
internal import ShoalSettings

extension ReplayReport {
    /// Adds the counts of the partitions.
    /// - Parameters:
    ///   - settings: The settings of the replay, for notes.
    ///   - isGiven: Whether the epochs were given. The report must not depend on partitions then.
    mutating func add(_ results: [PartitionResult], _ settings: Settings, isGiven: Bool) {
        if !isGiven { input.partitions = results.count }
        for result in results {
            let counters = result.counters
            input.events += counters.events
            input.duplicates += counters.duplicates
            input.late += counters.late
            input.early += counters.early
            input.erased += counters.erased
            input.unknownErased += counters.unknownErased
            input.sensitiveTopics += counters.sensitiveTopics
            input.skippedScans += counters.skipped
            if let times = result.times {
                input.firstTime = min(input.firstTime ?? .max, times.lowerBound)
                input.lastTime = max(input.lastTime ?? .min, times.upperBound)
            }
        }
        var sum = rows.reduce(into: Tally()) { $0 += Tally($1) }
        for result in results { sum += result.tally }
        totals = Totals(
            joined: sum.joined, moved: sum.moved, left: sum.left, erased: sum.erased, returned: sum.returned)
        let behind = results.filter { !$0.hasLeftGenesis && $0.counters.events > 0 }.map(\.partition)
        if !behind.isEmpty {
            notes.append(
                "too few viewers were seen in partition \(behind.map(String.init).joined(separator: ", ")) for its "
                    + "clock to start (clock.quorum): its viewers are not assigned to clusters")
        }
        if rows.isEmpty { notes.append("no epoch has ended, so there is no model") }
        if !rows.isEmpty, clusters.isEmpty { notes.append(missingClusters(settings)) }
        noteEarly(settings)
    }

    /// The reason for which no cluster was ever published, with its figures.
    private func missingClusters(_ settings: Settings) -> String {
        if let row = rows.max(by: { $0.withheld < $1.withheld }), row.withheld > 0 {
            return
                "no cluster was published: all are below privacy.min-cluster-size (\(settings.minClusterSize)); in one "
                + "model, \(SuppressedCount.text(row.withheld)) with "
                + "\(Formatting.atLeast(row.eligible - row.unassigned, step: settings.minClusterSize)) members"
        }
        let most = rows.map(\.eligible).max() ?? 0
        let missing = MissingSeed(settings, .current)
        let end =
            most < missing.fewest
            ? ". A viewer with fewer events is forgotten after member.new-ttl without an event"
            : ". The log ended before they took effect, or profiles have no topic of the vocabulary"
        return "no cluster was published: at the peak, \(missing.reason(eligible: most))\(end)"
    }

    /// Describes the number of unassigned members, which is rounded down.
    func unassigned(_ row: Row) -> String {
        let step = settings.first { $0.name == "privacy.min-cluster-size" }.flatMap { Int64($0.value) } ?? 1
        return Formatting.atLeast(row.unassigned, step: step) + " members"
    }

    /// Notes that the clock lags behind, if many events were ahead of it.
    private mutating func noteEarly(_ settings: Settings) {
        guard input.events >= 100, 5 * input.early > input.events else { return }
        let perEpoch = input.events / max(Int64(rows.count) * Int64(max(input.partitions, 1)), 1)
        let part = ReportWords.part(input.early, of: input.events)
        notes.append(
            "\(part) of the events were ahead of the clock, which waits for half of the last 64 viewers of a partition, "
                + "in sparse logs for 12 of 16: an epoch has about \(ReportWords.count(perEpoch, "event")) a partition. "
                + "Set a longer epoch.length, use fewer partitions, or use --epochs given")
    }
}

extension Tally {
    fileprivate init(_ row: ReplayReport.Row) {
        self.init(
            events: row.events, joined: row.joined, moved: row.moved, left: row.left, erased: row.erased,
            returned: row.returned)
    }
}

extension ReplayReport.Setting {
    /// Returns the settings that affect the result, by their configuration names.
    static func list(_ settings: Settings) -> [ReplayReport.Setting] {
        let values = SettingValues(engine: settings)
        let list = ShoalSettings.Setting.recorded.filter(\.isReported).compactMap { setting in
            setting.summary(in: values).map { ReplayReport.Setting(name: setting.name, value: $0) }
        }
        return list.sorted { $0.name < $1.name }
    }
}

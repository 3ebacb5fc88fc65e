internal import ShoalClustering
internal import ShoalPipeline
internal import ShoalSchemas
internal import ShoalSettings

extension ReplayReport {
    /// Adds the counts of the partitions.
    /// - Parameter isGiven: Whether the epochs were given. The report must not depend on partitions then.
    mutating func add(_ results: [PartitionResult], isGiven: Bool) {
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
        if !rows.isEmpty, clusters.isEmpty {
            notes.append("no cluster was published: there are too few eligible members, or all clusters are suppressed")
        }
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

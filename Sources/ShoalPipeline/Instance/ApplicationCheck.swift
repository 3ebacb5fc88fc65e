internal import ShoalClustering
internal import ShoalKafka

/// Checks the properties that are fixed for an application's life.
struct ApplicationCheck {
    /// The last model record. Fixed properties are the same in all of them.
    let last: ModelRecord

    /// Returns the contradiction to the recorded application, or `nil` if there is none.
    func problem(with options: PipelineOptions, partitions: Int) -> PipelineError? {
        let advice = ". This cannot be changed; start a new application with another application.id"
        if partitions != last.bookkeeping.partitions.count {
            return PipelineError(
                .missingData,
                "\(options.topics.input) has \(partitions) partitions, but application \(options.application) started "
                    + "with \(last.bookkeeping.partitions.count): viewers would move to other partitions\(advice)")
        }
        if options.key.fingerprint != last.keyFingerprint {
            return PipelineError(
                .configuration,
                "privacy.key-file differs from the key that application \(options.application) started with: every "
                    + "pseudonym would change\(advice)")
        }
        let (ours, theirs) = (options.settings.fixed, last.model.settings.fixed)
        let pairs: [(String, Int64, Int64)] = [
            ("epoch.length", ours.epochLength, theirs.epochLength),
            ("epoch.staleness", ours.staleness, theirs.staleness),
            ("clock.quorum", Int64(ours.clockQuorum), Int64(theirs.clockQuorum)),
            ("clock.max-step", ours.clockMaxStep, theirs.clockMaxStep),
            ("dedup.window", Int64(ours.dedupWindow), Int64(theirs.dedupWindow)),
            ("profile.topics", Int64(ours.profileTopics), Int64(theirs.profileTopics)),
        ]
        var changed = pairs.filter { $0.1 != $0.2 }.map { "\($0.0) is \($0.1), and was \($0.2)" }
        if ours.partitioner != theirs.partitioner {
            changed.append("input.partitioner is \(ours.partitioner), and was \(theirs.partitioner)")
        }
        if ours.timeRange != theirs.timeRange {
            changed.append("input.time-range is \(ours.timeRange), and was \(theirs.timeRange)")
        }
        if !changed.isEmpty {
            return PipelineError(
                .configuration, "settings are fixed for the application: \(changed.joined(separator: "; "))\(advice)")
        }
        let (settings, recorded) = (options.settings, last.model.settings)
        if let reason = recorded.unicodeProblem {
            return PipelineError(
                .configuration, "the application \(options.application) cannot be continued: \(reason)")
        }
        if settings.revision == recorded.revision, settings != recorded {
            return PipelineError(
                .configuration,
                "settings differ from those of application \(options.application), but settings.revision "
                    + "is the same (\(settings.revision)). To change settings, raise it on every instance")
        }
        return nil
    }
}

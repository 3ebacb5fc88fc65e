internal import ShoalClustering
internal import ShoalKafka
internal import ShoalSettings

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
            return PipelineError(.configuration, KeyMismatch().message(options.application))
        }
        let (ours, theirs) = (SettingValues(engine: options.settings), SettingValues(engine: last.model.settings))
        let changed = Setting.recorded.filter { $0.scope == .fixedForLife }.compactMap { setting -> String? in
            let (ours, theirs) = (setting.plainText(in: ours), setting.plainText(in: theirs))
            return ours == theirs ? nil : "\(setting.name) is \(ours), and was \(theirs)"
        }
        if !changed.isEmpty {
            return PipelineError(
                .configuration, "settings are fixed for the application: \(changed.joined(separator: "; "))\(advice)")
        }
        let (settings, recorded) = (options.settings.under(last.model.rules), last.model.settings)
        if let reason = recorded.unicodeProblem {
            return PipelineError(
                .configuration, "the application \(options.application) cannot be continued: \(reason)")
        }
        if settings.revision == recorded.revision, !settings.isConfigured(as: recorded) {
            return PipelineError(
                .configuration,
                "settings differ from those of application \(options.application), but settings.revision "
                    + "is the same (\(settings.revision)). To change settings, raise it on every instance")
        }
        return nil
    }
}

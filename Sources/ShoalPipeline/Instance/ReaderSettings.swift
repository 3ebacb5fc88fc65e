package import ShoalClustering
package import ShoalSchemas
internal import ShoalSettings

extension Settings {
    /// Why names of sensitive topics would be compared in another way than they were; nil: they would not.
    package var unicodeProblem: String? {
        if policy.hasOtherTables {
            return "its policy compares names by tables that this version of Shoal does not have. Use the version that "
                + "started it, or start a new application with another application.id"
        }
        guard !sensitiveTopics.isEmpty, unicodeVersion != TopicSkeleton.unicodeVersion else { return nil }
        func text(_ version: Int64) -> String { "\(version / 10_000).\(version / 100 % 100).\(version % 100)" }
        return "its sensitive topics are compared by Unicode \(text(unicodeVersion)), but this version of Shoal has "
            + "\(text(TopicSkeleton.unicodeVersion)). Use the version that started it, or start a new application with "
            + "another application.id"
    }
}

extension WatchEventReader.Options {
    /// The same, with the mapping of the settings and the event times that they allow.
    package func with(_ settings: Settings.Fixed) -> Self {
        var options = self
        options.timeRange = settings.timeRange
        options.mapping = settings.mapping
        return options
    }
}

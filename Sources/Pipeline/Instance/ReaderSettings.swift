package import Clustering
package import Schemas

extension Settings.Fixed {
    /// The event times that are read.
    package var timeRange: TimeRange {
        get { TimeRange(from: earliestTime, through: latestTime) }
        set { (earliestTime, latestTime) = (newValue.from, newValue.through) }
    }
}

extension WatchEventReader.Options {
    /// The same, with the event times that the settings allow.
    package func with(_ settings: Settings.Fixed) -> Self {
        var options = self
        options.timeRange = settings.timeRange
        return options
    }
}

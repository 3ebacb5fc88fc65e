public import ShoalClustering
public import ShoalSchemas

extension Settings.Fixed {
    /// The event times that are read.
    public var timeRange: TimeRange {
        get { TimeRange(from: earliestTime, through: latestTime) }
        set { (earliestTime, latestTime) = (newValue.from, newValue.through) }
    }
}

import ShoalSchemas

extension WatchEventReader.Options {
    /// For events with small times that are easy to read in a test.
    static var anyTime: Self {
        var options = Self()
        options.timeRange = .any
        return options
    }
}

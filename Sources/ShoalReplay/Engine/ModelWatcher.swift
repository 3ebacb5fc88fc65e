internal import ShoalClustering

/// Receives each model of a replay in order. Not thread-safe.
protocol ModelWatcher: AnyObject {
    /// - Parameter tally: The counts of the included deltas; `nil` if there are none.
    func take(_ publication: Coordinator.Publication, _ tally: Tally?) throws

    /// Called when a partition has closed an epoch.
    func closed(_ epochDelta: EpochDelta)
}

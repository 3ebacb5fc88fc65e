extension WatchStream {
    /// Adds viewers with a taste of their own, who watch from the next event on. The stream is no longer that of its seed.
    /// - Parameter topics: their core topics by rank, as many as `StreamShape.coreTopics`.
    public mutating func add(_ viewers: Int, watching topics: [Int]) {
        population.add(viewers, of: archetypes.add(topics), shape, leastRate: 0.5, &scriptDraws)
    }

    /// Has a viewer watch nothing from the next event on. The stream is no longer that of its seed.
    public mutating func silence(_ viewer: Int) {
        population.silence(viewer)
        recent.removeAll { $0.viewer == viewer }
    }
}

extension WatchStream {
    /// The current taste of a viewer.
    public struct Taste: Equatable, Sendable {
        /// The archetype, from 0. Archetypes of the script follow the initial ones in the order of their births.
        public var archetype: Int
        /// The second archetype of a viewer who mixes two.
        public var second: Int?
        /// The share of the second archetype: 0, or 0.25 … 0.5.
        public var mix: Double
        public var isSilent: Bool
    }

    /// The number of viewers. Viewers of births follow the initial ones.
    public var viewers: Int { population.count }

    /// The ground truth in the epoch of the next event. After `nextEpoch`, that of the following epoch.
    public func taste(of viewer: Int) -> Taste {
        let mix = Double(population.mix[viewer])
        return Taste(
            archetype: Int(population.main[viewer]), second: mix > 0 ? Int(population.second[viewer]) : nil, mix: mix,
            isSilent: population.rate[viewer] == 0)
    }

    /// The viewers whose taste the script changed or silenced at the start of the next event's epoch, and new viewers.
    /// Viewers whose archetype itself changed are not included.
    public var changedViewers: [Int] {
        Set(population.changed).sorted().map(Int.init)
    }

    /// Returns a viewer's mean watches in an epoch.
    public func rate(of viewer: Int) -> Double {
        Double(population.rate[viewer])
    }

    public var archetypeCount: Int { archetypes.cores.count }

    /// Returns the current core topics of an archetype, by rank.
    public func core(of archetype: Int) -> [Int] {
        archetypes.cores[archetype]
    }

    /// The names of all topics by number, as in the events' JSON form.
    public var topicNames: [String] {
        (0..<shape.topics).map(TopicNames.name)
    }
}

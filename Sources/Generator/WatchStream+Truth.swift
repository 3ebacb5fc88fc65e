extension WatchStream {
    /// What a viewer likes at the moment.
    public struct Taste: Equatable, Sendable {
        /// The archetype, from 0; those of the script follow the first ones in the order of their births.
        public var archetype: Int
        /// The second one of a viewer who mixes two.
        public var second: Int?
        /// The second one's part: 0, or 0.25 … 0.5.
        public var mix: Double
        public var isSilent: Bool
    }

    /// How many viewers there are; those of births follow the first ones.
    public var viewers: Int { population.count }

    /// The truth of the epoch of the next event; after `nextEpoch`, that of the epoch that follows.
    public func taste(of viewer: Int) -> Taste {
        let mix = Double(population.mix[viewer])
        return Taste(
            archetype: Int(population.main[viewer]), second: mix > 0 ? Int(population.second[viewer]) : nil, mix: mix,
            isSilent: population.rate[viewer] == 0)
    }

    /// Whom the script gave another taste when the epoch of the next event began, or silenced, and who came then; none of those
    /// whose archetype itself changed.
    public var changedViewers: [Int] {
        Set(population.changed).sorted().map(Int.init)
    }

    /// Mean watches of a viewer in an epoch.
    public func rate(of viewer: Int) -> Double {
        Double(population.rate[viewer])
    }

    public var archetypeCount: Int { archetypes.cores.count }

    /// The core topics of an archetype at the moment, by rank.
    public func core(of archetype: Int) -> [Int] {
        archetypes.cores[archetype]
    }

    /// The names of all topics by number, as in the events' JSON form.
    public var topicNames: [String] {
        (0..<shape.topics).map(TopicNames.name)
    }
}

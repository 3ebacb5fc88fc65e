/// An invalid value of a shape: its name and the valid range.
public struct StreamShapeError: Error, Equatable, CustomStringConvertible {
    public var description: String
}

extension StreamShape {
    /// Checks all values and throws the first invalid one.
    public func validate() throws(StreamShapeError) {
        func require(_ condition: Bool, _ text: String) throws(StreamShapeError) {
            if !condition { throw StreamShapeError(description: text) }
        }
        let poolTopics = Archetypes.poolTopics(self)
        try require((1...100_000).contains(topics), "topics must be 1 to 100,000, not \(topics)")
        try require((1...10_000).contains(archetypes), "archetypes must be 1 to 10,000, not \(archetypes)")
        try require((1...64).contains(coreTopics), "coreTopics must be 1 to 64, not \(coreTopics)")
        try require((1...topics).contains(poolSize), "poolSize must be 1 to the number of topics, not \(poolSize)")
        for (name, share) in [
            ("poolShare", poolShare), ("mixedShare", mixedShare), ("noiseShare", noiseShare), ("lateShare", lateShare),
            ("dayRhythm", dayRhythm),
        ] {
            try require((0...1).contains(share), "\(name) must be 0 to 1, not \(share)")
        }
        try require((0..<0.95).contains(repeatShare), "repeatShare must be 0 to below 0.95, not \(repeatShare)")
        for (name, value) in [
            ("topicExponent", topicExponent), ("coreExponent", coreExponent), ("sizeExponent", sizeExponent),
            ("videoExponent", videoExponent), ("spread", spread), ("rateSpread", rateSpread),
        ] {
            try require((0...10).contains(value), "\(name) must be 0 to 10, not \(value)")
        }
        try require(
            poolTopics <= poolSize && coreTopics - poolTopics <= topics - poolSize,
            "\(coreTopics) core topics, \(poolTopics) of them from the pool, need a pool of at least \(poolTopics) "
                + "topics and \(coreTopics - poolTopics) beside it, not \(poolSize) and \(topics - poolSize)")
        for core in givenCores {
            let isCore = core.count == coreTopics && Set(core).count == coreTopics
            try require(
                isCore && core.allSatisfy((0..<topics).contains),
                "a given core must be \(coreTopics) different topics below \(topics), not \(core)")
        }
        try require((1...1_000_000_000).contains(viewers), "viewers must be 1 to a billion, not \(viewers)")
        try require((1...100_000_000).contains(videos), "videos must be 1 to 100 million, not \(videos)")
        try require((1...1_000_000).contains(epochs), "epochs must be 1 to a million, not \(epochs)")
        try require(
            (0.0001...100_000).contains(eventsPerEpoch), "eventsPerEpoch must be above 0, not \(eventsPerEpoch)")
        try require(
            (1...10_000).contains(sessionWatches), "sessionWatches must be 1 to 10,000, not \(sessionWatches)")
        try require(
            (0...86_400_000).contains(sessionPause), "sessionPause must be 0 ms to a day, not \(sessionPause)")
        try require(
            (1...31_536_000_000).contains(epochLength), "epochLength must be 1 ms to a year, not \(epochLength)")
        try require((0...100_000_000_000_000).contains(startTime), "startTime must not be negative, nor \(startTime)")
        try require((0...startTime).contains(latest), "latest must be 0 to startTime, not \(latest)")
        try script.validate(self)
    }
}

extension DriftScript {
    /// The number of archetypes that the script's steps add.
    var added: Int {
        steps.count {
            switch $0.action {
            case .birth, .split: true
            default: false
            }
        }
    }

    func validate(_ shape: StreamShape) throws(StreamShapeError) {
        var archetypes = shape.archetypes
        for step in steps.inOrder {
            var named: [Int] = []
            var isSound = step.epoch >= 0
            switch step.action {
            case .birth(let share, let like):
                named = like.map { [$0] } ?? []
                isSound = isSound && share > 0 && share <= 10
            case .split(let archetype), .silence(let archetype): named = [archetype]
            case .converge(let first, let second, let epochs):
                named = [first, second]
                isSound = isSound && first != second && (1...1_000_000).contains(epochs)
            case .scatter(let archetype, let others):
                named = [archetype] + others
                isSound = isSound && !others.isEmpty && !others.contains(archetype)
            case .wander(let archetype, let every):
                named = [archetype]
                isSound = isSound && (1...1_000_000).contains(every)
            case .viral(let topic, let share, let epochs):
                isSound = isSound && (0..<shape.topics).contains(topic) && (0...1).contains(share)
                isSound = isSound && (1...1_000_000).contains(epochs)
            }
            guard isSound, named.allSatisfy({ (0..<archetypes).contains($0) }) else {
                throw StreamShapeError(
                    description: "the script's step \(step.action) at epoch \(step.epoch) is out of range: "
                        + "there are archetypes 0 to \(archetypes - 1) by then, and topics 0 to \(shape.topics - 1)")
            }
            switch step.action {
            case .birth, .split: archetypes += 1
            default: break
            }
        }
    }
}

extension [DriftScript.Step] {
    /// The steps by epoch. Steps of one epoch keep their order.
    var inOrder: [DriftScript.Step] {
        enumerated().sorted { ($0.element.epoch, $0.offset) < ($1.element.epoch, $1.offset) }.map(\.element)
    }
}

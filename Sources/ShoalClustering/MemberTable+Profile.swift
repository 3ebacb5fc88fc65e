internal import CShoalIntrinsics

extension MemberTable {
    /// Decays a profile to the half-life that contains `time`, if a whole one has passed.
    mutating func advance(_ slot: Int, to time: Int64, halfLife: Int64) {
        let distance = time - slots[slot].landmark
        guard distance >= halfLife else { return }
        let steps = distance / halfLife
        shift(slot, by: steps)
        update(slot) { $0.landmark += steps * halfLife }
    }

    /// Halves all weights `steps` times, rounded. Weights that become 0 are removed.
    mutating func shift(_ slot: Int, by steps: Int64) {
        var place = Int(slots[slot].start)
        while place < range(slot).upperBound {
            topics[place].weight = Arithmetic.roundedShift(topics[place].weight, steps)
            if topics[place].weight == 0 { removeTopic(at: place, from: slot) } else { place += 1 }
        }
    }

    /// Adds an event's weight to a topic. If the profile is full, the smallest weight is replaced; ties go to the lower
    /// topic.
    ///
    /// Forward decay after Cormode, Shkapenyuk, Srivastava and Xu, 2009.
    mutating func add(_ weight: UInt64, to topic: TopicNumber, of slot: Int, most: Int, halfLife: Int64) {
        guard weight > 0 else { return }
        var (weight, place) = (weight, place(of: topic, slot))
        while weight >= 1 << 31 || place.map({ UInt64(topics[$0].weight) + weight >= 1 << 31 }) ?? false {
            shift(slot, by: 1)
            weight = (weight + 1) >> 1
            update(slot) { $0.landmark += halfLife }
            place = self.place(of: topic, slot)
        }
        if let place {
            topics[place].weight += UInt32(weight)
        } else if range(slot).count < most {
            append(Topic(number: topic, weight: UInt32(weight)), to: slot)
        } else {
            put(Topic(number: topic, weight: UInt32(weight)), at: smallest(of: slot))
        }
    }

    @inline(__always)
    private func place(of topic: TopicNumber, _ slot: Int) -> Int? {
        let range = range(slot)
        let topics = topics.span.extracting(range)
        for place in topics.indices where topics[place].number == topic { return range.lowerBound + place }
        return nil
    }

    /// Returns the place of the smallest weight. Ties go to the lower topic.
    private func smallest(of slot: Int) -> Int {
        let range = range(slot)
        let topics = topics.span.extracting(range)
        var smallest = 0
        for place in topics.indices.dropFirst()
        where topics[place].weight < topics[smallest].weight
            || topics[place].weight == topics[smallest].weight && topics[place].number < topics[smallest].number
        {
            smallest = place
        }
        return range.lowerBound + smallest
    }

    /// Recomputes the direction of the topics that count: as `aim`, and 0 for companions.
    /// - Parameter companions: Whether each topic is one, by number. Topics beyond are none.
    mutating func aim(_ slot: Int, without companions: [Bool]) {
        let range = range(slot)
        var sum: UInt64 = 0
        func counts(_ topic: Topic) -> Bool {
            Int(topic.number) >= companions.count || !companions[Int(topic.number)]
        }
        for place in range where counts(topics[place]) { sum += UInt64(topics[place].weight) }
        for place in range {
            let weight = counts(topics[place]) ? topics[place].weight : 0
            topics[place].direction = sum == 0 ? 0 : Self.component(weight, of: Double(sum))
        }
    }

    /// Recomputes the direction: x_t = ⌊√(w_t / Σw) · 32767 + ½⌋, the square-root (Hellinger) map.
    mutating func aim(_ slot: Int) {
        let range = range(slot)
        var topics = topics.mutableSpan
        var sum: UInt64 = 0
        for place in range { sum += UInt64(topics[place].weight) }
        guard sum > 0 else { return }
        let total = Double(sum)
        // All values are non-negative, so truncation equals the floor.
        var place = range.lowerBound
        while place + 1 < range.upperBound {
            let pair = SIMD2(Double(topics[place].weight), Double(topics[place + 1].weight))
            let scaled = square_roots(pair / total) * 32_767 + 0.5
            topics[place].direction = UInt16(truncatingIfNeeded: Int32(scaled.x))
            topics[place + 1].direction = UInt16(truncatingIfNeeded: Int32(scaled.y))
            place += 2
        }
        guard place < range.upperBound else { return }
        topics[place].direction = Self.component(topics[place].weight, of: total)
    }

    @inline(__always)
    private static func component(_ weight: UInt32, of total: Double) -> UInt16 {
        UInt16(truncatingIfNeeded: Int32((Double(weight) / total).squareRoot() * 32_767 + 0.5))
    }
}

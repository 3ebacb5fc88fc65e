internal import CIntrinsics

extension MemberTable {
    /// Decays a profile to the half-life that `time` lies in, if a whole one has passed.
    mutating func advance(_ slot: Int, to time: Int64, halfLife: Int64) {
        let distance = time - slots[slot].landmark
        guard distance >= halfLife else { return }
        let steps = distance / halfLife
        shift(slot, by: steps)
        update(slot) { $0.landmark += steps * halfLife }
    }

    /// Halves all weights `steps` times, rounded; what becomes 0 leaves.
    mutating func shift(_ slot: Int, by steps: Int64) {
        var place = Int(slots[slot].start)
        while place < range(slot).upperBound {
            weights[place] = Arithmetic.roundedShift(weights[place], steps)
            if weights[place] == 0 { removeTopic(at: place, from: slot) } else { place += 1 }
        }
    }

    /// Adds an event's weight to a topic. Where the profile is full, the smallest weight (ties: lower topic) makes room.
    ///
    /// Forward decay after Cormode, Shkapenyuk, Srivastava and Xu, 2009.
    mutating func add(_ weight: UInt64, to topic: TopicNumber, of slot: Int, most: Int, halfLife: Int64) {
        guard weight > 0 else { return }
        var (weight, place) = (weight, place(of: topic, slot))
        while weight >= 1 << 31 || place.map({ UInt64(weights[$0]) + weight >= 1 << 31 }) ?? false {
            shift(slot, by: 1)
            weight = (weight + 1) >> 1
            update(slot) { $0.landmark += halfLife }
            place = self.place(of: topic, slot)
        }
        if let place {
            weights[place] += UInt32(weight)
        } else if range(slot).count < most {
            append(topic, weight: UInt32(weight), to: slot)
        } else {
            put(topic, weight: UInt32(weight), at: smallest(of: slot))
        }
    }

    @inline(__always)
    private func place(of topic: TopicNumber, _ slot: Int) -> Int? {
        let range = range(slot)
        let topics = topics.span.extracting(range)
        for place in topics.indices where topics[place] == topic { return range.lowerBound + place }
        return nil
    }

    /// Where the smallest weight stands; ties: the lower topic.
    private func smallest(of slot: Int) -> Int {
        let range = range(slot)
        let (topics, weights) = (topics.span.extracting(range), weights.span.extracting(range))
        var smallest = 0
        for place in weights.indices.dropFirst()
        where weights[place] < weights[smallest]
            || weights[place] == weights[smallest] && topics[place] < topics[smallest]
        {
            smallest = place
        }
        return range.lowerBound + smallest
    }

    /// Computes the direction anew: x_t = ⌊√(w_t / Σw) · 32767 + ½⌋, the square-root (Hellinger) map.
    mutating func aim(_ slot: Int) {
        let range = range(slot)
        let kept = self.weights
        let weights = kept.span.extracting(range)
        var sum: UInt64 = 0
        for place in weights.indices { sum += UInt64(weights[place]) }
        guard sum > 0 else { return }
        let total = Double(sum)
        unsafe directions.withUnsafeMutableBufferPointer { directions in
            // Safe: the block lies within both arrays. Nothing is negative, so that cutting off is the floor.
            var place = 0
            while place + 1 < weights.count {
                let pair = SIMD2(Double(weights[place]), Double(weights[place + 1]))
                let scaled = square_roots(pair / total) * 32_767 + 0.5
                unsafe directions[range.lowerBound + place] = UInt16(truncatingIfNeeded: Int32(scaled.x))
                unsafe directions[range.lowerBound + place + 1] = UInt16(truncatingIfNeeded: Int32(scaled.y))
                place += 2
            }
            guard place < weights.count else { return }
            let scaled = (Double(weights[place]) / total).squareRoot() * 32_767 + 0.5
            unsafe directions[range.lowerBound + place] = UInt16(truncatingIfNeeded: Int32(scaled))
        }
    }
}

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
        var weight = weight
        guard weight > 0 else { return }
        while weight >= 1 << 31 || current(topic, of: slot) + weight >= 1 << 31 {
            shift(slot, by: 1)
            weight = (weight + 1) >> 1
            update(slot) { $0.landmark += halfLife }
        }
        var smallest = -1
        for place in range(slot) {
            if topics[place] == topic {
                weights[place] += UInt32(weight)
                return
            }
            if smallest < 0 || weights[place] < weights[smallest]
                || weights[place] == weights[smallest] && topics[place] < topics[smallest]
            {
                smallest = place
            }
        }
        if range(slot).count < most {
            append(topic, weight: UInt32(weight), to: slot)
        } else {
            topics[smallest] = topic
            weights[smallest] = UInt32(weight)
        }
    }

    private func current(_ topic: TopicNumber, of slot: Int) -> UInt64 {
        for place in range(slot) where topics[place] == topic { return UInt64(weights[place]) }
        return 0
    }

    /// Computes the direction anew: x_t = ⌊√(w_t / Σw) · 32767 + ½⌋, the square-root (Hellinger) map.
    mutating func aim(_ slot: Int) {
        let range = range(slot)
        var sum: UInt64 = 0
        for place in range { sum += UInt64(weights[place]) }
        guard sum > 0 else { return }
        let total = Double(sum)
        for place in range {
            let root = (Double(weights[place]) / total).squareRoot()
            directions[place] = UInt16((root * 32_767 + 0.5).rounded(.down))
        }
    }
}

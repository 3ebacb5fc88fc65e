@testable import Clustering

extension Scenario {
    /// Finds out how far the viewers of each partition may move its clock. Where those who are ahead are fewer than the
    /// clock asks for, at any time, it never opens an epoch that nobody else has come to; a burst of forged viewers moves it by
    /// `clock.max-step` each at most.
    mutating func judgeClocks() {
        honest = []
        lastEpochs = []
        for (partition, arrivals) in input.enumerated() {
            var last: Epoch = .min
            var ahead: Set<Pseudonym> = []
            var viewers: Set<Pseudonym> = []
            var eventsAhead: Int64 = 0
            var isHonest = true
            // Who leads the clock out of genesis may lead it anywhere.
            var isBounded = true
            for arrival in arrivals {
                guard case .event(let event) = arrival.content else { continue }
                let wasInGenesis = viewers.count < settings.fixed.clockQuorum
                viewers.insert(event.member)
                if arrival.isAhead {
                    ahead.insert(event.member)
                    eventsAhead += 1
                } else {
                    last = max(last, Arithmetic.epoch(of: event.time, length: settings.fixed.epochLength))
                }
                guard viewers.count >= settings.fixed.clockQuorum else { continue }
                // As the clock counts: half of all, and to leave genesis its lower median.
                if wasInGenesis, ahead.count > viewers.count / 2 { isBounded = false }
                if ahead.count >= max(settings.fixed.clockQuorum, (viewers.count + 1) / 2) { isHonest = false }
            }
            if isHonest, isBounded {
                honest.insert(partition)
                lastEpochs.append(last)
            } else {
                lastEpochs.append(isBounded ? last + eventsAhead * settings.fixed.clockMaxStep : nil)
            }
        }
    }
}

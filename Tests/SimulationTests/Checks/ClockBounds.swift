@testable import Clustering

/// How far the viewers of each partition may move its clock, from where the application begins to read. Where those who are
/// ahead are fewer than the clock asks for, at any time, it never opens an epoch that nobody else has come to; a burst of
/// forged viewers moves it by `clock.max-step` each at most.
struct ClockBounds {
    /// The last epoch that each partition may open; nil: that of those who are ahead.
    private(set) var last: [Epoch?] = []

    /// - Parameter firstOffsets: of the genesis model. Viewers who came before are not counted.
    init(_ scenario: Scenario, firstOffsets: [Int64]) {
        for (arrivals, first) in zip(scenario.input, firstOffsets) {
            var offset: Int64 = 0
            let counted = arrivals.filter { arrival in
                defer { offset += arrival.content.offsets }
                return offset >= first
            }
            last.append(Self.last(counted, scenario.clock))
        }
    }

    private static func last(_ arrivals: [Scenario.Arrival], _ fixed: Settings.Fixed) -> Epoch? {
        var last: Epoch = .min
        var ahead: Set<Pseudonym> = []
        var viewers: Set<Pseudonym> = []
        var eventsAhead: Int64 = 0
        var isHonest = true
        for arrival in arrivals {
            guard case .event(let event) = arrival.content else { continue }
            let wasInGenesis = viewers.count < fixed.clockQuorum
            viewers.insert(event.member)
            if arrival.isAhead {
                ahead.insert(event.member)
                eventsAhead += 1
            } else {
                last = max(last, Arithmetic.epoch(of: event.time, length: fixed.epochLength))
            }
            guard viewers.count >= fixed.clockQuorum else { continue }
            // As the clock counts: half of all, and to leave genesis its lower median. Who leads it out of genesis may lead
            // it anywhere.
            if wasInGenesis, ahead.count > viewers.count / 2 { return nil }
            if ahead.count >= max(fixed.clockQuorum, (viewers.count + 1) / 2) { isHonest = false }
        }
        return isHonest ? last : last + eventsAhead * fixed.clockMaxStep
    }
}

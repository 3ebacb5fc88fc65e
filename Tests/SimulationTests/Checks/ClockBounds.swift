@testable import ShoalClustering

/// Bounds on how far the viewers of each partition may move its clock, from the application's first offset on. If the
/// viewers with fast clocks are always fewer than the clock requires, the partition never opens an epoch that no other
/// viewer has reached. A burst of forged viewers moves it by at most `clock.max-step` per event.
struct ClockBounds {
    /// The last epoch that each partition may open; `nil` if only the viewers with fast clocks bound it.
    private(set) var last: [Epoch?] = []

    /// - Parameter firstOffsets: The first offsets in the genesis model. Viewers before them are not counted.
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
            guard let event = arrival.content.latest else { continue }
            let wasInGenesis = viewers.count < fixed.clockQuorum
            viewers.insert(event.member)
            if arrival.isAhead {
                ahead.insert(event.member)
                eventsAhead += 1
            } else {
                last = max(last, Arithmetic.epoch(of: event.time, length: fixed.epochLength))
            }
            guard viewers.count >= fixed.clockQuorum else { continue }
            // The same thresholds as the clock's: half of all viewers, and the lower median to leave genesis. Viewers
            // who determine the end of genesis can move the clock anywhere.
            if wasInGenesis, ahead.count > viewers.count / 2 { return nil }
            if ahead.count >= max(fixed.clockQuorum, (viewers.count + 1) / 2) { isHonest = false }
        }
        return isHonest ? last : last + eventsAhead * fixed.clockMaxStep
    }
}

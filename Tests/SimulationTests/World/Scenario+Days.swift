@testable import ShoalClustering

extension Scenario {
    /// Stretches the time of events so that a day has three epochs, and members count towards `privacy.min-cluster-size` only
    /// from some age on.
    mutating func stretchToDays(_ draws: Draws) {
        var draws = draws
        let factor: Int64 = 8 * 3_600
        func stretch(_ time: inout Int64) { time *= factor }
        stretch(&settings.fixed.epochLength)
        stretch(&settings.halfLife)
        stretch(&settings.newMemberTTL)
        settings.memberTTL = settings.memberTTL.map { $0 * factor }
        settings.fixed.rotation = settings.fixed.rotation.map { $0 * factor }
        if let length = settings.fixed.outputEvery.length { settings.fixed.outputEvery = .every(length * factor) }
        settings.memberAge = draws.pick(1, 1, 2) * 86_400_000
        settings.memberWatches = draws.pick(0, 0, 4)
        clock = settings.fixed
        stretch(&rates.wall)
        if wallStart < .max / 4 { stretch(&wallStart) }
        for partition in input.indices {
            for index in input[partition].indices {
                stretch(&input[partition][index].at)
                input[partition][index].content.stretch { event in
                    stretch(&event.time)
                    if event.recordTime != .max { stretch(&event.recordTime) }
                }
            }
        }
    }
}

extension Scenario.Content {
    fileprivate mutating func stretch(_ body: (inout EngineEvent) -> Void) {
        switch self {
        case .event(var event):
            body(&event)
            self = .event(event)
        case .events(var events):
            for index in events.indices { body(&events[index]) }
            self = .events(events)
        case .tombstone, .garbage, .aborted: break
        }
    }
}

package import ShoalGenerator
package import ShoalSchemas

/// The options of a simulation.
package struct SimulationOptions {
    package enum Destination: Equatable {
        case file(String)
        case topic(String)
    }

    var preset: String
    package var shape: StreamShape
    var seed: UInt64
    /// The maximum number of events.
    var events: Int
    var format: EventFormat
    var pace: Pace
    package var destination: Destination
    var truth: String?
    var topicsFile: String?

    /// A file that is named for two outputs; nil if there is none.
    package var repeatedFile: String? {
        var names = [truth, topicsFile].compactMap(\.self)
        if case .file(let path) = destination { names.append(path) }
        return names.first { name in names.count { $0 == name } > 1 }
    }

    /// Whether the last events have times later than the clock when they are sent.
    /// - Parameter now: the clock when the first one is sent, in ms since 1970.
    package func runsAhead(of now: Int64) -> Bool {
        let needed = Double(events) / max(Double(shape.viewers) * shape.eventsPerEpoch, 1e-9)
        let span = min(Double(shape.epochs), needed) * Double(shape.epochLength)
        let sent = Double(now) + (pace.speed.map { span / $0 } ?? 0)
        return Double(shape.startTime) + span > sent + Double(shape.epochLength)
    }

    package static let presets = StreamShape.presets + [("everyday", StreamShape.everyday)]

    package init(
        preset: String, seed: UInt64, events: Int, format: EventFormat, pace: Pace, destination: Destination,
        truth: String?, topicsFile: String?, shape: StreamShape
    ) {
        self.preset = preset
        self.shape = shape
        self.seed = seed
        self.events = events
        self.format = format
        self.pace = pace
        self.destination = destination
        self.truth = truth
        self.topicsFile = topicsFile
    }
}

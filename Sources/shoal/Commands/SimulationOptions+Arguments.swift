import Foundation
import ShoalGenerator
import ShoalOperations
import ShoalOperator
import ShoalSchemas

extension SimulationOptions {
    private static let mostEpochs = 1_000_000
    private static let shares = 0.0...1.0

    /// - Throws: `UsageError`; `InputError` of a script.
    init(_ arguments: Arguments) throws {
        let preset = try arguments.choice("preset", of: Self.presets.map(\.name), or: "base")
        let format = try arguments.choice("format", of: EventEncoder.formats.map(\.name), or: EventFormat.json.name)
        let given = Self.presets.first { $0.name == preset }?.shape ?? .base
        self.init(
            preset: preset, seed: UInt64(try arguments.integer("seed", in: 0...Int.max, or: 1)),
            events: try arguments.integer("events", in: 1...Int.max, or: .max),
            format: EventFormat(name: format) ?? .json, pace: try Pace(arguments["speed"] ?? "max"),
            destination: try Self.destination(arguments), truth: arguments["truth"],
            topicsFile: arguments["topics-file"], shape: try Self.shape(given, arguments))
        if let name = repeatedFile {
            throw UsageError(description: "shoal simulate: \(name) is named twice. Use different files")
        }
        if shape.lateShare == 0, arguments.has("latest") {
            throw UsageError(description: "--latest requires --late: no event of this preset is late")
        }
        if case .file = destination, let name = ["config", "set"].first(where: arguments.has) {
            throw UsageError(description: "--\(name) requires --topic: a FILE needs no settings")
        }
    }

    private static func destination(_ arguments: Arguments) throws -> Destination {
        switch (arguments.positional.first, arguments["topic"]) {
        case (let path?, nil): return .file(path)
        case (nil, let topic?): return .topic(topic)
        case (nil, nil):
            throw UsageError(
                description: "shoal simulate: FILE is missing; `-` is standard output, --topic sends to Kafka (see "
                    + "--help)")
        case (let path?, .some):
            throw UsageError(description: "shoal simulate: either \(path) or --topic, not both")
        }
    }

    private static func shape(_ given: StreamShape, _ arguments: Arguments) throws -> StreamShape {
        var shape = given
        shape.viewers = try arguments.integer("viewers", in: 1...100_000_000, or: shape.viewers)
        let isOpen = arguments.has("events") && !arguments.has("epochs")
        shape.epochs = try arguments.integer("epochs", in: 1...mostEpochs, or: isOpen ? mostEpochs : shape.epochs)
        shape.epochLength = try arguments.duration("epoch-length", in: 1_000...31_536_000_000, or: shape.epochLength)
        if let text = arguments["start"] {
            let now = Int64(Date.now.timeIntervalSince1970 * 1_000)
            guard let time = text == "now" ? now : TimeText.milliseconds(text), time <= 100_000_000_000_000 else {
                throw UsageError(description: "--start \(text): must be \(RecordPositions.times), or now")
            }
            shape.startTime = time
        }
        shape.eventsPerEpoch = try arguments.number("rate", in: 0.0001...100_000, or: shape.eventsPerEpoch)
        shape.sessionWatches = try arguments.number("sessions", in: 1...10_000, or: shape.sessionWatches)
        shape.dayRhythm = try arguments.number("day-night", in: shares, or: shape.dayRhythm)
        shape.lateShare = try arguments.number("late", in: shares, or: shape.lateShare)
        shape.latest = try arguments.duration("latest", in: 1...31_536_000_000, or: min(shape.latest, shape.startTime))
        shape.repeatShare = try arguments.number("repeat", in: 0...0.9, or: shape.repeatShare)
        shape.noiseShare = try arguments.number("noise", in: shares, or: shape.noiseShare)
        shape.mixedShare = try arguments.number("mixed", in: shares, or: shape.mixedShare)
        shape.archetypes = try arguments.integer("archetypes", in: 1...10_000, or: shape.archetypes)
        shape.topics = try arguments.integer("topics", in: 1...100_000, or: shape.topics)
        shape.poolSize = min(shape.poolSize, shape.topics)
        shape.videos = try arguments.integer("videos", in: 1...10_000_000, or: shape.videos)
        if let file = arguments["script"] { shape.script = try DriftScript(file: file) }
        do throws(StreamShapeError) {
            try shape.validate()
        } catch {
            throw UsageError(description: "shoal simulate: \(error)")
        }
        return shape
    }
}

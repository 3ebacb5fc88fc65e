import Foundation
import ShoalGenerator
package import ShoalOperations
import ShoalSchemas

/// Writes or publishes the events of a stream, and writes its ground truth.
package struct Simulator {
    private enum Destination {
        case file(OutputFile)
        case topic(RecordSender)
    }

    /// The outcome of processing some events.
    private enum Step {
        case more
        /// The next event is not due yet.
        case wait(until: ContinuousClock.Instant)
        case ended
    }

    private let options: SimulationOptions
    private var stream: WatchStream
    private let encoder: EventEncoder
    private var destination: Destination
    private let truth: TruthFile?
    private var pace: Pace
    private let interrupt = Interrupt(within: .seconds(15))
    private var progress = ProgressLine()
    /// The next event, if it is not due yet.
    private var next: GeneratedEvent?
    private var waiting: [UInt8] = []
    private var (key, value): ([UInt8], [UInt8]) = ([], [])
    private var counts = TruthFile.Counts()
    private var bytes = 0
    /// Whether the reader of the output has closed it.
    private var isUnread = false

    private static let piece = 1 << 18

    /// - Throws: `OutputError`; `KafkaError`; `UnknownTopic`.
    package init(
        _ options: SimulationOptions, configuration: @autoclosure () throws -> Configuration
    ) async throws {
        self.options = options
        pace = options.pace
        // Check for a missing topic before a large population is generated.
        switch options.destination {
        case .topic(let topic):
            destination = .topic(try await RecordSender(to: topic, configuration()))
            let now = Int64(Date().timeIntervalSince1970 * 1_000)
            if options.runsAhead(of: now) {
                Program.report(
                    "the events' times run ahead of the clock, and models wait for it: run the application with "
                        + "epoch.future=allow, or use --speed 1 or an earlier --start")
            }
        case .file(let path): destination = .file(try OutputFile(path))
        }
        stream = try WatchStream(options.shape, seed: options.seed)
        encoder = EventEncoder(stream.catalogue, options.format)
        truth = try options.truth.map { TruthFile(try OutputFile($0)) }
        if let path = options.topicsFile {
            let file = try OutputFile(path)
            _ = try file.write(Array((stream.topicNames.joined(separator: "\n") + "\n").utf8))
            try file.close()
        }
    }

    /// - Throws: `OutputError`; `KafkaError`, also of a record that a broker rejected.
    package mutating func run() async throws -> ExitCode {
        do {
            try truth?.begin(stream, preset: options.preset)
            loop: while true {
                switch try step() {
                case .more: break
                case .wait(let until): try await wait(until: until)
                case .ended: break loop
                }
                if interrupt.isSet || isUnread { break }
                if progress.isDue { progress.show(line: text(isRunning: true)) }
            }
            try end()
        } catch {
            guard case .topic(let sender) = destination else {
                // A file that could not be written holds less than was made.
                progress.clear()
                throw error
            }
            // The records that brokers have are counted in any case.
            try? sender.flush(timeout: .seconds(10))
            progress.end(line: text())
            throw error
        }
        progress.end(line: text())
        return .ok
    }

    /// Processes some events.
    private mutating func step() throws -> Step {
        for _ in 0..<1_024 {
            guard counts.events < options.events, !isUnread else { return .ended }
            var coming = next.take() ?? stream.nextInEpoch()
            while coming == nil {
                stream.moveOn()
                guard stream.epoch < options.shape.epochs else { return .ended }
                try truth?.moveOn(stream)
                coming = stream.nextInEpoch()
            }
            guard let event = coming else { return .ended }
            if pace.speed != nil, let due = pace.due(place(of: event)) {
                next = event
                return .wait(until: due)
            }
            try put(event)
            counts.count(event)
        }
        if case .topic(let sender) = destination { try sender.check() }
        return .more
    }

    /// Returns the time at which an event is sent. Late and repeated events are sent at their place in the stream.
    private func place(of event: GeneratedEvent) -> Int64 {
        max(event.time, options.shape.startTime + Int64(event.epoch) * options.shape.epochLength)
    }

    private mutating func put(_ event: GeneratedEvent) throws {
        if case .file(let file) = destination {
            encoder.appendRecord(event, to: &waiting)
            if waiting.count >= Self.piece { try flush(file) }
            return
        }
        key.removeAll(keepingCapacity: true)
        value.removeAll(keepingCapacity: true)
        encoder.appendKey(event, to: &key)
        encoder.append(event, to: &value)
        guard case .topic(var sender) = destination else { return }
        defer { destination = .topic(sender) }
        bytes += key.count + value.count
        _ = try sender.send(key: key, value: value) { so in
            if progress.isDue { progress.show(line: so + "; waiting for the broker") }
            return !interrupt.isSet
        }
    }

    private mutating func flush(_ file: OutputFile) throws {
        bytes += waiting.count
        isUnread = try !file.write(waiting)
        waiting = []
        waiting.reserveCapacity(Self.piece + 4_096)
    }

    private mutating func wait(until due: ContinuousClock.Instant) async throws {
        // Flush, so that a reader sees all events that are due.
        if case .file(let file) = destination, !waiting.isEmpty { try flush(file) }
        while due > .now, !interrupt.isSet {
            try await Task.sleep(for: min(due - .now, .milliseconds(100)))
            if case .topic(let sender) = destination { try sender.check() }
            if progress.isDue { progress.show(line: text(isRunning: true)) }
        }
    }

    private mutating func end() throws {
        switch destination {
        case .file(let file):
            if !isUnread { try flush(file) }
            try file.close()
        case .topic(let sender):
            try sender.flush {
                if progress.isDue { progress.show(line: sender.text + "; \(sender.open) not acknowledged") }
                return !interrupt.isSet
            }
        }
        try truth?.end(stream, counts)
    }

    private func text(isRunning: Bool = false) -> String {
        let shape = options.shape
        let epochs = min(stream.epoch + 1, shape.epochs)
        let share = max(
            Double(counts.events) / Double(options.events), Double(stream.epoch) / Double(shape.epochs))
        let done =
            switch destination {
            case .topic(let sender): isRunning ? sender.text : sender.finalText
            case .file(let file):
                "\(counts.events) events written to \(file.path == "-" ? "standard output" : file.path)"
            }
        return (isRunning ? Formatting.percent(share) + ", " : interrupt.isSet ? "stopped: " : "") + done
            + ": \(stream.viewers) viewers, \(epochs) epochs, \((bytes + waiting.count) / 1_000_000) MB, "
            + "\(progress.rate(counts.events)) a second"
    }
}

import Foundation
import ShoalKafka
package import ShoalOperations
package import ShoalReplay
package import ShoalSchemas
import ShoalSettings

/// Sends the events of a file.
package struct Publisher {
    private let topic: String
    private let configuration: Configuration
    /// The output format; `nil` for that of the file.
    private let format: EventFormat?
    private let isStrict: Bool
    private let limit: Int
    private let interrupt = Interrupt(within: .seconds(15))
    private var pace: Pace
    private var progress = ProgressLine()
    private var bad = 0

    /// - Parameters:
    ///   - topic: The topic to write to.
    ///   - format: The format to convert events to; `nil` for that of the file.
    ///   - isStrict: Whether the first record that is not a watch event ends it.
    ///   - limit: The maximum number of events.
    package init(
        _ configuration: Configuration, topic: String, format: EventFormat?, pace: Pace, isStrict: Bool, limit: Int
    ) {
        self.configuration = configuration
        self.topic = topic
        self.format = format
        self.pace = pace
        self.isStrict = isStrict
        self.limit = limit
    }

    /// - Throws: `EventFileError`; `KafkaError`, also of a record that a broker rejected; `UnknownTopic`.
    package mutating func publish(_ records: EventFileReader) async throws -> ExitCode {
        var sender = try await RecordSender(to: topic, configuration)
        var isStopped = false
        do {
            isStopped = try await send(records, &sender)
        } catch {
            // Report the number of events that were sent before the error.
            try? sender.flush(timeout: .seconds(10))
            progress.end(line: text(sender, isFinal: true))
            throw error
        }
        do {
            try flush(sender)
        } catch {
            progress.end(line: text(sender, isFinal: true))
            throw error
        }
        progress.end(line: text(sender, isFinal: true))
        return isStopped || (bad > 0 && sender.sent == 0) ? .failed : .ok
    }

    /// - Returns: Whether `--strict` stopped it.
    private mutating func send(_ records: EventFileReader, _ sender: inout RecordSender) async throws -> Bool {
        var options = configuration.inputOptions
        options.viewer = .field
        try options.mapping?.checkSources(of: records.path)
        let content = try records.recognize()
        options.format = .only(content)
        let encode = format == content ? nil : format?.encode
        let reader = WatchEventReader(options: options)
        var event = WatchEvent()
        var (record, encoded): ([UInt8], [UInt8]) = ([], [])
        var number = 0
        while sender.sent < limit, !interrupt.isSet, try records.next(into: &record) {
            number += 1
            if content.framing.isBlank(record, 0, record.count) { continue }
            var problem: String?
            do throws(Rejection) {
                problem =
                    try Self.hasOneViewer(record, reader, &event)
                    ? nil : "the events belong to several viewers: a record has one viewer as its key"
            } catch {
                if error == .excluded { continue }
                problem = "not a watch event: \(event.fault(error).text)"
            }
            if let problem {
                bad += 1
                if bad <= 10 { Program.report("\(records.path):\(number): \(problem)") }
                if isStrict { return true }
                continue
            }
            if let due = pace.due(event.time) { try await wait(until: due, records, sender) }
            if interrupt.isSet { break }
            if let encode {
                encoded.removeAll(keepingCapacity: true)
                encode(event, &encoded)
            }
            try produce(event, encode == nil ? record : encoded, &sender)
            if sender.sent % 512 == 0 {
                try sender.check()
                if progress.isDue { progress.show(line: text(sender, records)) }
            }
        }
        return false
    }

    /// Reads a record.
    /// - Parameter event: receives its last event.
    /// - Returns: Whether its events are of one viewer, who is its key.
    private static func hasOneViewer(
        _ record: [UInt8], _ reader: WatchEventReader, _ event: inout WatchEvent
    ) throws(Rejection) -> Bool {
        // The record's timestamp will be about the time of sending.
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        guard reader.readsBatches else {
            try reader.read(record.span, timestamp: now, into: &event)
            return true
        }
        var viewers: Set<ArraySlice<UInt8>> = []
        try reader.readEach(record.span, timestamp: now, into: &event) { viewers.insert($0.text[$0.viewer]) }
        if viewers.isEmpty { throw .excluded }
        return viewers.count == 1
    }

    private mutating func produce(_ event: WatchEvent, _ value: [UInt8], _ sender: inout RecordSender) throws {
        _ = try sender.send(key: Array(event.text[event.viewer]), value: value) { so in
            if progress.isDue { progress.show(line: so + "; waiting for the broker") }
            return !interrupt.isSet
        }
    }

    /// Waits for the acknowledgements of all records. After an interrupt, waits only briefly.
    private mutating func flush(_ sender: RecordSender) throws {
        try sender.flush {
            if progress.isDue { progress.show(line: text(sender) + "; \(sender.open) not acknowledged") }
            return !interrupt.isSet
        }
    }

    private mutating func wait(
        until due: ContinuousClock.Instant, _ records: EventFileReader, _ sender: RecordSender
    ) async throws {
        while due > .now, !interrupt.isSet {
            try await Task.sleep(for: min(due - .now, .milliseconds(100)))
            try sender.check()
            if progress.isDue { progress.show(line: text(sender, records)) }
        }
    }

    private func text(_ sender: RecordSender, _ records: EventFileReader? = nil, isFinal: Bool = false) -> String {
        let share = records?.progress.map { Formatting.percent($0) + ", " } ?? ""
        let sent = isFinal ? sender.finalText : sender.text
        return "\(share)\(sent)" + (bad > 0 ? ", \(bad) records were not watch events" : "")
            + ", \(progress.rate(sender.delivered)) a second"
    }
}

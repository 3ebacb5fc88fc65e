import Foundation
import ShoalKafka
import ShoalOperations
import ShoalOperator
import ShoalReplay
import ShoalSchemas

/// Sends the events of a file.
struct Publisher {
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

    /// - Throws: `UsageError`.
    init(_ arguments: Arguments, _ configuration: Configuration) throws {
        self.configuration = configuration
        topic = arguments["topic"] ?? configuration.text("input.topic")
        pace = try Pace(arguments["speed"] ?? "max")
        format =
            arguments.has("format")
            ? EventFormat(name: try arguments.choice("format", of: EventFormat.all.map(\.name), or: "")) : nil
        isStrict = arguments.has("strict")
        limit = try arguments.integer("limit", or: .max)
    }

    /// - Throws: `EventFileError`; `KafkaError`, also of a record that a broker rejected; `UnknownTopic`.
    mutating func publish(_ path: String) async throws -> ExitCode {
        let records = try EventFileReader(path, step: 1 << 18)
        let content = try records.recognize()
        if let format, format != content, format.encode == nil {
            throw UsageError(
                description: "--format \(format.name): \(path) holds \(content.title), which is sent as it is")
        }
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
            do throws(Rejection) {
                // The record's timestamp will be about the time of sending.
                let now = Int64(Date().timeIntervalSince1970 * 1_000)
                try reader.read(record.span, timestamp: now, into: &event)
            } catch {
                bad += 1
                if bad <= 10 {
                    Program.report("\(records.path):\(number): not a watch event: \(event.fault(error).text)")
                }
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

import Kafka
import Operations
import Schemas
import ShoalClient

/// Sends the lines of a file.
struct Publisher {
    private let topic: String
    private let client: ClientConfiguration
    /// nil: as fast as it goes.
    private let speed: Double?
    private let isProtobuf: Bool
    private let isStrict: Bool
    private let limit: Int
    private let interrupt = Interrupt()
    private var progress = ProgressLine()
    private var sent = 0
    private var bad = 0
    /// The first event's time, and when it was sent.
    private var origin: (event: Int64, clock: ContinuousClock.Instant)?

    /// - Throws: `UsageError`.
    init(_ arguments: Arguments, _ configuration: Configuration) throws {
        topic = arguments["topic"] ?? configuration.text("input.topic")
        let pace = arguments["speed"] ?? "max"
        speed = pace == "max" ? nil : Double(pace)
        guard pace == "max" || speed.map({ $0 > 0 && $0.isFinite }) == true else {
            throw UsageError(description: "--speed \(pace): must be a number above 0, or max")
        }
        let format = arguments["format"] ?? "json"
        guard ["json", "protobuf"].contains(format) else {
            throw UsageError(description: "--format \(format): must be json or protobuf")
        }
        isProtobuf = format == "protobuf"
        isStrict = arguments.has("strict")
        limit = try arguments.integer("limit", or: .max)
        var client = configuration.client(configuration.logger)
        client.settings.merge(["linger.ms": "20", "queue.buffering.max.kbytes": "65536"]) { user, _ in user }
        self.client = client
    }

    /// - Throws: `InputError`; `KafkaError`, also of a record that a broker refused; `UnknownTopic`.
    mutating func publish(_ path: String) async throws -> ExitCode {
        let lines = try LineReader(path)
        guard try await Admin(client).partitions(of: topic, timeout: .seconds(10)) != nil else {
            throw UnknownTopic(topic: topic)
        }
        let producer = try Producer(client)
        var isStopped = false
        do {
            isStopped = try await send(lines, path, producer)
        } catch {
            // What was sent before is told in any case.
            try? producer.flush(timeout: .seconds(10))
            progress.end(line: text(producer))
            throw error
        }
        do {
            try producer.flush(timeout: .seconds(60))
        } catch {
            progress.end(line: text(producer))
            throw error
        }
        progress.end(line: text(producer))
        return isStopped || (bad > 0 && sent == 0) ? .failed : .ok
    }

    /// - Returns: whether `--strict` stopped it.
    private mutating func send(_ lines: LineReader, _ path: String, _ producer: Producer) async throws -> Bool {
        var options = WatchEventReader.Options()
        options.format = .json
        let reader = WatchEventReader(options: options)
        var event = WatchEvent()
        var (line, encoded): ([UInt8], [UInt8]) = ([], [])
        var number = 0
        while sent < limit, !interrupt.isSet, try lines.next(into: &line, limit: WatchEvent.largestValue) {
            number += 1
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
            do throws(Rejection) {
                try reader.read(line.span, into: &event)
            } catch {
                bad += 1
                if bad <= 10 { Shoal.report("\(path):\(number): no watch event: \(error.rawValue)") }
                if isStrict { return true }
                continue
            }
            if let speed { try await wait(for: event.time, speed, lines, producer) }
            if interrupt.isSet { break }
            if isProtobuf {
                encoded.removeAll(keepingCapacity: true)
                event.encode(into: &encoded)
                try await produce(event, encoded, producer)
            } else {
                try await produce(event, line, producer)
            }
            if sent % 512 == 0 {
                if let (error, _) = producer.undelivered { throw error }
                if progress.isDue { progress.show(line: text(producer, lines)) }
            }
        }
        return false
    }

    /// Waits for as long as the queue is full: a broker that is away comes back, or the records' own time-out ends it.
    private mutating func produce(_ event: WatchEvent, _ value: [UInt8], _ producer: Producer) async throws {
        let key = event.text[event.viewer]
        while true {
            do throws(KafkaError) {
                try producer.produce(to: topic, key: key.span, value: value.span, timeout: .milliseconds(200))
                sent += 1
                return
            } catch {
                guard error.name == "_QUEUE_FULL", producer.undelivered == nil else {
                    throw producer.undelivered?.error ?? error
                }
                if interrupt.isSet { return }
                if progress.isDue { progress.show(line: text(producer) + "; waiting for the broker") }
            }
        }
    }

    private mutating func wait(
        for time: Int64, _ speed: Double, _ lines: LineReader, _ producer: Producer
    ) async throws {
        let begin = origin ?? (time, .now)
        origin = begin
        let due = begin.clock + .milliseconds(Double(time - begin.event) / speed)
        while due > .now, !interrupt.isSet {
            try await Task.sleep(for: min(due - .now, .milliseconds(100)))
            _ = producer.waiting()
            if let (error, _) = producer.undelivered { throw error }
            if progress.isDue { progress.show(line: text(producer, lines)) }
        }
    }

    private func text(_ producer: Producer, _ lines: LineReader? = nil) -> String {
        let lost = producer.undelivered?.count ?? 0
        let share = lines?.progress.map { "\(Int($0 * 100)) %, " } ?? ""
        return "\(share)\(sent - lost) events sent to \(topic)"
            + (lost > 0 ? ", \(lost) could not be delivered" : "")
            + (bad > 0 ? ", \(bad) lines were no watch events" : "") + ", \(progress.rate(sent - lost)) a second"
    }
}

internal import Foundation
package import ShoalSchemas

/// The events of a file that was written for another system, read after a mapping, with counts about them.
package struct TryInput {
    /// The most events that are kept.
    package static let most = 5_000_000

    /// nil: the file has the native form.
    package private(set) var mapping: EventMapping?
    /// Of each field of the mapping: values in the file, as examples.
    package private(set) var examples: [EventMapping.Field: [String]] = [:]
    package private(set) var events = 0
    /// Whether the file has more events than were read.
    package private(set) var isCut = false
    package private(set) var rejected: [Rejection: Int] = [:]
    package private(set) var firstFaults: [String] = []
    package private(set) var facts = AudienceFacts()
    /// The name of the input in messages and commands.
    package let path: String
    private let source: String
    private var bytes: [UInt8] = []
    private var times: [(time: Int64, place: Range<Int>)] = []

    /// The events in the order of their times.
    /// - Parameter count: the number of events; nil for all.
    func source(first count: Int? = nil) -> TriedEvents {
        TriedEvents(path, bytes, times.prefix(count ?? times.count).map(\.place))
    }

    /// How the events that are kept are read: they have the native form.
    static var nativeOptions: WatchEventReader.Options {
        var options = WatchEventReader.Options()
        options.format = .only(.protobuf)
        return options
    }

    /// The bytes of an event, by its place in the order of times.
    func bytes(of event: Int) -> [UInt8] { Array(bytes[times[event].place]) }

    /// The time of an event, by its place in the order of times.
    func time(of event: Int) -> Int64 { times[event].time }

    /// Calls `body` with each event in the order of their times.
    func forEachEvent(_ body: (borrowing WatchEvent) -> Void) {
        let reader = WatchEventReader(options: Self.nativeOptions)
        var event = WatchEvent()
        for index in times.indices {
            guard (try? reader.read(bytes(of: index).span, into: &event)) != nil else { continue }
            body(event)
        }
    }

    /// Reads a file, guesses a mapping unless the events have the native form, and decodes all events.
    /// - Parameters:
    ///   - path: the file; `-` for standard input.
    ///   - name: the name in messages and commands, if it is not the path.
    ///   - corrections: parts of the mapping, as in `viewer=userId,time=ts as s`. They replace those guessed.
    /// - Throws: `ReplayError` if the file cannot be read, no mapping is found, or no event can be read with it;
    ///   `EventMappingError`.
    package init(_ path: String, named name: String? = nil, corrections: [String]) throws {
        (self.path, source) = (name ?? path, path)
        do {
            try readAll(corrections)
        } catch let error as EventFileError {
            throw ReplayError(error)
        }
        // Events of the same time keep their order.
        times.sort { ($0.time, $0.place.lowerBound) < ($1.time, $1.place.lowerBound) }
        let sorted = times
        facts.finish { sorted[$0].time }
        guard events > 0 else { throw ReplayError(.input, nothing) }
    }

    /// Guesses how the fields of a file are mapped; nil: they have the native form.
    /// - Parameter path: the file, which is read to its end; no pipe.
    /// - Throws: `ReplayError` if the file cannot be read, or no mapping is found.
    package static func guessedMapping(of path: String) throws -> EventMapping? {
        var input = TryInput(unread: path)
        do {
            var reader = try EventFileReader(path, converts: true)
            _ = try input.readSample(of: &reader, framing: reader.recognize().framing, [])
        } catch let error as EventFileError {
            throw ReplayError(error)
        }
        return input.mapping
    }

    private init(unread path: String) {
        (self.path, source) = (path, path)
    }

    /// Reads records for the guess, and guesses.
    private mutating func readSample(
        of reader: inout EventFileReader, framing: EventFraming, _ corrections: [String]
    ) throws -> RecordSample {
        var sample = RecordSample()
        var record: [UInt8] = []
        // What was read of a pipe cannot be read again.
        while reader.isRepeatable || !sample.isFull, try reader.next(into: &record) {
            if !framing.isBlank(record, 0, record.count) { sample.add(record) }
        }
        if framing == .lines { try map(sample.records, corrections) }
        return sample
    }

    private mutating func readAll(_ corrections: [String]) throws {
        var reader = try EventFileReader(source, converts: true)
        let framing = try reader.recognize().framing
        let sample = try readSample(of: &reader, framing: framing, corrections)
        var record: [UInt8] = []
        var decoder = TryDecoder(mapping)
        if reader.isRepeatable {
            reader = try EventFileReader(source, converts: true)
            _ = try reader.recognize()
        } else {
            for line in sample.records { read(line, &decoder) }
        }
        while try reader.next(into: &record) {
            if events >= Self.most {
                isCut = true
                break
            }
            guard !framing.isBlank(record, 0, record.count) else {
                decoder.number += 1
                continue
            }
            decoder.word = reader.isConverted ? "record" : "line"
            read(record, &decoder)
        }
    }

    private mutating func map(_ head: [[UInt8]], _ corrections: [String]) throws {
        var native = TryDecoder(nil)
        let count = head.prefix(200).count { line in (try? native.events(in: line) { _ in }) == nil }
        if corrections.isEmpty, !head.isEmpty, count * 10 <= head.prefix(200).count { return }
        let sample = EventSample(head)
        var mapping = MappingGuess(sample).mapping
        for text in corrections { try mapping.apply(text) }
        try mapping.checkSources(of: path)
        if mapping.missing.isEmpty { _ = try EventMapping(mapping.text) }
        self.mapping = mapping
        for profile in sample.profiles {
            for field in EventMapping.Field.allCases where mapping[field].map({ profile.isRead(by: $0) }) ?? false {
                examples[field] = examples[field] ?? profile.examples
            }
        }
        guard !mapping.missing.isEmpty else { return }
        let fields = sample.profiles.map { $0.path.text }
        throw ReplayError(
            .input,
            "\(path): no field was found for \(mapping.missing.map(\.rawValue).joined(separator: ", ")). "
                + (fields.isEmpty
                    ? "There are no JSON objects and no rows in it."
                    : "The file has \(fields.prefix(40).joined(separator: ", ")). Name the fields: --map "
                        + mapping.missing.map { "\($0.rawValue)=FIELD" }.joined(separator: ",")))
    }

    private mutating func read(_ line: [UInt8], _ decoder: inout TryDecoder) {
        decoder.number += 1
        do throws(Rejection) {
            try decoder.events(in: line) { event in
                let start = bytes.count
                event.encode(into: &bytes)
                times.append((event.time, start..<bytes.count))
                facts.add(event)
                events += 1
            }
        } catch {
            rejected[error, default: 0] += 1
            if firstFaults.count < 3, error != .excluded { firstFaults.append(decoder.fault(error, of: line).text) }
        }
    }

    private var nothing: String {
        let reasons = rejected.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
        return "\(path): none of the records can be read as a watch event (\(reasons)). "
            + (firstFaults.first.map { "The first one: \($0). " } ?? "")
            + (mapping.map { "The fields were read as \($0.text). Correct them with --map." } ?? "")
    }
}

/// Decodes records of a file after a mapping, or in the native form.
private struct TryDecoder {
    /// The number of the record that is read, from 1, and whether it is that of a line.
    var number = 0
    var word = "record"
    private let reader: WatchEventReader
    private var buffer = WatchEvent()

    init(_ mapping: EventMapping?) {
        var options = WatchEventReader.Options()
        options.mapping = mapping
        reader = WatchEventReader(options: options)
    }

    /// Calls `body` with each event of a record.
    mutating func events(in record: [UInt8], _ body: (borrowing WatchEvent) -> Void) throws(Rejection) {
        try reader.readEach(record.span, into: &buffer, body)
    }

    func fault(_ rejection: Rejection, of record: [UInt8]) -> RecordFault {
        RecordFault(buffer.fault(rejection), of: record, at: "\(word) \(number)", reader.options.mapping)
    }
}

extension FieldProfile {
    /// Whether a source reads the values. The names of a list of objects are read without being named.
    fileprivate func isRead(by source: EventMapping.Source) -> Bool {
        if path == source.path { return true }
        let components = path.components
        return components.last?.name == "name" && components.dropLast() == source.path.components[...]
    }
}

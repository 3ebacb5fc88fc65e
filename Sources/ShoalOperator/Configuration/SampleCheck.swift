import Foundation
package import ShoalOperations
import ShoalReplay
import ShoalSchemas

/// Reads a file of events as an application with these settings would, and says what comes out.
package struct SampleCheck {
    /// For people, without the viewers' ids.
    package private(set) var lines: [String] = []
    /// The number of records that are no watch events.
    package private(set) var faults = 0
    private static let (mostFaults, mostEvents) = (20, 3)

    /// - Throws: `ReplayError` if the file cannot be read.
    package init(_ path: String, _ configuration: Configuration) throws {
        do {
            try read(path, configuration)
        } catch let error as EventFileError {
            throw ReplayError(.input, error.description)
        }
    }

    private mutating func read(_ path: String, _ configuration: Configuration) throws {
        var options = configuration.inputOptions
        // A file has no keys.
        options.viewer = .field
        try options.mapping?.checkSources(of: path)
        let reader = WatchEventReader(options: options)
        let file = try EventFileReader(path, converts: options.mapping != nil)
        let framing = try file.recognize().framing
        var (record, event): ([UInt8], WatchEvent) = ([], WatchEvent())
        var (number, events, excluded) = (0, 0, 0)
        var (examples, problems): ([String], [String]) = ([], [])
        while try file.next(into: &record) {
            number += 1
            if framing.isBlank(record, 0, record.count) { continue }
            do throws(Rejection) {
                let before = events
                let now = Int64(Date().timeIntervalSince1970 * 1_000)
                try reader.readEach(record.span, timestamp: now, into: &event) { event in
                    events += 1
                    if examples.count < Self.mostEvents { examples.append(Self.text(event)) }
                }
                if events == before { excluded += 1 }
            } catch {
                if error == .excluded {
                    excluded += 1
                    continue
                }
                faults += 1
                guard problems.count < Self.mostFaults else { continue }
                let place = "\(framing == .lines && !file.isConverted ? "line" : "record") \(number)"
                problems.append(RecordFault(event.fault(error), of: record, at: place, options.mapping).text)
            }
        }
        lines.append(
            "\(path): \(Formatting.number(events)) events, \(Formatting.number(excluded)) records left out by the condition, "
                + "\(Formatting.number(faults)) that are no events")
        lines += problems.map { "  \($0)" }
        if faults > problems.count { lines.append("  and \(Formatting.number(faults - problems.count)) more") }
        lines += examples.map { "  such as \($0)" }
    }

    private static func text(_ event: borrowing WatchEvent) -> String {
        func text(_ range: Range<Int>) -> String { String(decoding: event.text[range], as: UTF8.self).printable }
        let topics = event.topics.map { topic in
            let weight = Formatting.decimal(Int64(topic.weight) * 100 / 65_536, unit: 100, digits: 2)
            return topic.weight == 65_536 ? text(topic.name) : "\(text(topic.name)) × \(weight)"
        }
        let duration = event.duration > 0 ? " of \(Formatting.span(Double(event.duration) / 1_000))" : ""
        return "\(Formatting.time(event.time)): \(event.video.isEmpty ? "a video" : text(event.video)) about "
            + "\(topics.isEmpty ? "nothing" : topics.joined(separator: ", ")), watched for "
            + "\(Formatting.span(Double(event.watched) / 1_000))\(duration)"
    }
}

internal import CShoalZlib
import Foundation
import ShoalClustering
import ShoalSchemas

/// The watch events of a log file in order of event time: one JSON object per line, optionally gzip.
struct RealLog: Sendable {
    struct Event: Sendable {
        var viewer: Int32
        var id: UInt64?
        var topics: [UInt16]
        /// Milliseconds.
        var watched: Int64
        var duration: Int64
        var time: Int64
    }

    private(set) var events: [Event] = []
    /// Names by number, ordered by bytes.
    private(set) var topics: [[UInt8]] = []
    private(set) var viewers = 0

    /// Reads a log. Events without a topic are omitted.
    /// - Throws: The problem with its line.
    init(path: String) throws {
        let lines = try Self.lines(path)
        var numbers: [[UInt8]: Int32] = [:]
        var names: Set<[UInt8]> = []
        var raw: [(Event, [[UInt8]])] = []
        let reader = WatchEventReader()
        var event = WatchEvent()
        for (index, line) in lines.enumerated() where !line.isEmpty {
            do {
                try reader.read(Array(line).span, into: &event)
            } catch {
                throw BenchError("\(path): line \(index + 1): \(error)")
            }
            guard !event.topics.isEmpty else { continue }
            let viewer = Array(event.text[event.viewer])
            let number = numbers[viewer] ?? Int32(numbers.count)
            numbers[viewer] = number
            let ownTopics = event.topics.map { Array(event.text[$0.name]) }
            names.formUnion(ownTopics)
            let id = event.id.isEmpty ? nil : Self.hash(event.text[event.id])
            let parsed = Event(
                viewer: number, id: id, topics: [], watched: event.watched, duration: event.duration, time: event.time)
            raw.append((parsed, ownTopics))
        }
        topics = names.sorted { $0.lexicographicallyPrecedes($1) }
        let places = Dictionary(uniqueKeysWithValues: topics.enumerated().map { ($1, UInt16(truncatingIfNeeded: $0)) })
        guard topics.count <= 65_536 else {
            throw BenchError("\(path): \(topics.count) topics; at most 65,536 can be taken")
        }
        events = raw.map { event, names in
            var event = event
            event.topics = names.compactMap { places[$0] }
            return event
        }
        viewers = numbers.count
    }

    private static func hash(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var mixer = SplitMix64(seed: 0)
        for byte in bytes { mixer.absorb(UInt64(byte)) }
        return mixer.next()
    }

    private static func lines(_ path: String) throws -> [ArraySlice<UInt8>] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        // zlib passes uncompressed files through.
        guard let file = unsafe gzopen(path, "rb") else { throw BenchError("\(path): cannot be opened") }
        defer { _ = unsafe gzclose(file) }
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe gzread(file, $0.baseAddress, UInt32($0.count)) }
            guard count >= 0 else { throw BenchError("\(path): is damaged after \(bytes.count) bytes") }
            if count == 0 { break }
            bytes.append(contentsOf: buffer[..<Int(count)])
        }
        return bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    }
}

/// An error for the user of the benchmark.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

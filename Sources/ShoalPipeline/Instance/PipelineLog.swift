internal import ShoalKafka

/// The log of the running pipeline. It never contains viewer data.
public struct PipelineLog: Sendable {
    public enum Level: Int, Comparable, Sendable {
        case debug
        case info
        case warning
        case error

        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    /// A message and its fields: topic, partition, offset, generation, …
    public struct Entry: Sendable {
        public var level: Level
        public var message: String
        public var fields: [(String, String)]
    }

    private let sink: @Sendable (Entry) -> Void

    public init(_ sink: @escaping @Sendable (Entry) -> Void) {
        self.sink = sink
    }

    /// Returns a log that appends these fields to each entry.
    func adding(_ fields: (String, String)...) -> PipelineLog {
        PipelineLog { [sink] entry in
            var entry = entry
            entry.fields += fields
            sink(entry)
        }
    }

    /// Returns a log that appends the generation, if it is known.
    func adding(_ generation: Int32?) -> PipelineLog {
        generation.map { adding(("generation", "\($0)")) } ?? self
    }

    func debug(_ message: @autoclosure () -> String, _ fields: (String, String)...) {
        sink(Entry(level: .debug, message: message(), fields: fields))
    }

    func info(_ message: String, _ fields: (String, String)...) {
        sink(Entry(level: .info, message: message, fields: fields))
    }

    func info(_ message: String, _ fields: [(String, String)]) {
        sink(Entry(level: .info, message: message, fields: fields))
    }

    func warning(_ message: String, _ fields: (String, String)...) {
        warning(message, fields)
    }

    func warning(_ message: String, _ fields: [(String, String)]) {
        sink(Entry(level: .warning, message: message, fields: fields))
    }

    func error(_ message: String, _ fields: (String, String)...) {
        error(message, fields)
    }

    func error(_ message: String, _ fields: [(String, String)]) {
        sink(Entry(level: .error, message: message, fields: fields))
    }
}

extension Error {
    /// Topic, partition and, if known, offset.
    var fields: [(String, String)] {
        guard let place = (self as? KafkaError)?.place else { return [] }
        return [
            ("topic", place.partition.topic), ("partition", "\(place.partition.partition)"),
            ("offset", "\(place.offset)"),
        ]
    }
}

public import Foundation
import ShoalSchemas
public import ShoalSettings
import Synchronization

/// Writes log lines to standard error as JSON or as text. Modelled on swift-log's `Logger`.
public struct Logger: Sendable {
    public enum Level: String, CaseIterable, Comparable, Sendable {
        case debug
        case info
        case warning
        case error

        private var severity: Int {
            switch self {
            case .debug: 0
            case .info: 1
            case .warning: 2
            case .error: 3
            }
        }

        /// Returns the level of the setting `log.level`.
        public init(_ level: LogLevel) {
            self =
                switch level {
                case .debug: .debug
                case .info: .info
                case .warning: .warning
                case .error: .error
                }
        }

        public static func < (left: Level, right: Level) -> Bool { left.severity < right.severity }
    }

    public enum Format: Sendable {
        case text
        /// Text with the colours of a terminal.
        case color
        /// One JSON object per line.
        case json
    }

    public let label: String
    /// The minimum level. Shared by all copies, and can be changed while others write.
    public var level: Level {
        get { threshold.value.withLock { $0 } }
        nonmutating set { threshold.value.withLock { $0 = newValue } }
    }
    private let threshold: Threshold
    private let format: Format
    private let now: @Sendable () -> Date
    private let sink: @Sendable (String) -> Void

    private final class Threshold: Sendable {
        let value: Mutex<Level>

        init(_ level: Level) { value = Mutex(level) }
    }

    /// - Parameters:
    ///   - now: The clock for timestamps.
    ///   - sink: Receives lines without newline; standard error by default.
    public init(
        label: String, level: Level, format: Format, now: @escaping @Sendable () -> Date = { Date() },
        sink: @escaping @Sendable (String) -> Void = Logger.standardError
    ) {
        self.label = label
        threshold = Threshold(level)
        self.format = format
        self.now = now
        self.sink = sink
    }

    /// Writes a line if its level is enabled.
    ///
    /// Control characters and newlines from brokers or topic names are escaped.
    /// - Parameter fields: Topic, partition, offset, generation, …; never viewer data.
    public func log(_ level: Level, _ message: String, _ fields: @autoclosure () -> [(String, String)] = []) {
        guard level >= self.level else { return }
        let fields = fields()
        sink(format == .json ? json(level, message, fields) : text(level, message, fields))
    }

    private func json(_ level: Level, _ message: String, _ fields: [(String, String)]) -> String {
        let time = now().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        var line = "{\"time\":\"\(time)\",\"level\":\"\(level.rawValue)\",\"label\":\(Self.quoted(label))"
        line += ",\"message\":\(Self.quoted(message))"
        for (name, value) in fields { line += ",\(Self.quoted(name)):\(Self.quoted(value))" }
        return line + "}"
    }

    private func text(_ level: Level, _ message: String, _ fields: [(String, String)]) -> String {
        let time = now().formatted(Date.ISO8601FormatStyle().time(includingFractionalSeconds: false))
        let tail = fields.map { "\($0.0)=\($0.1.printable)" }.joined(separator: " ")
        var line = (level == .info ? "" : "\(level.rawValue): ") + message.printable
        guard format == .color else { return "\(time) \(line)" + (tail.isEmpty ? "" : "  (\(tail))") }
        switch level {
        case .debug: line = Color.dim(line)
        case .info: break
        case .warning: line = Color.yellow(line)
        case .error: line = Color.red(line)
        }
        return "\(Color.dim(time)) \(line)" + (tail.isEmpty ? "" : "  " + Color.dim("(\(tail))"))
    }

    /// Returns a JSON string literal.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.isUnprintable:
                for unit in scalar.utf16 {
                    let digits = String(unit, radix: 16)
                    quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// Writes a complete line to standard error. The line is discarded if the reader has closed the pipe.
    @Sendable public static func standardError(_ line: String) {
        _ = StandardStream.error.write(line + "\n")
    }
}

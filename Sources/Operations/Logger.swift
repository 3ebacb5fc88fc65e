import Foundation
import Synchronization

/// Log lines on standard error: JSON, or text for a person at a terminal. In the shape of swift-log's `Logger`.
public struct Logger: Sendable {
    public enum Level: String, CaseIterable, Comparable, Sendable {
        case debug
        case info
        case warning
        case error

        public static func < (left: Level, right: Level) -> Bool {
            let all = Level.allCases
            return (all.firstIndex(of: left) ?? 0) < (all.firstIndex(of: right) ?? 0)
        }
    }

    public enum Format: Sendable {
        case text
        case json
    }

    public let label: String
    public var level: Level
    private let format: Format
    private let sink: @Sendable (String) -> Void

    /// - Parameter sink: gets whole lines without their end; standard error unless given.
    public init(
        label: String, level: Level, format: Format, sink: @escaping @Sendable (String) -> Void = Logger.standardError
    ) {
        self.label = label
        self.level = level
        self.format = format
        self.sink = sink
    }

    public func log(_ level: Level, _ message: String, _ fields: [(String, String)] = []) {
        guard level >= self.level else { return }
        let time = Date().formatted(.iso8601.time(includingFractionalSeconds: true))
        switch format {
        case .text:
            let tail = fields.map { "\($0.0)=\($0.1)" }.joined(separator: " ")
            let clock = time.dropFirst(11).prefix(8)
            let mark = level == .info ? "" : "\(level.rawValue): "
            sink("\(clock) \(mark)\(message)\(tail.isEmpty ? "" : "  (\(tail))")")
        case .json:
            var line = "{\"time\":\(Self.quoted(time)),\"level\":\"\(level.rawValue)\",\"label\":\(Self.quoted(label))"
            line += ",\"message\":\(Self.quoted(message))"
            for (name, value) in fields { line += ",\(Self.quoted(name)):\(Self.quoted(value))" }
            sink(line + "}")
        }
    }

    /// JSON's string literal.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20:
                quoted +=
                    "\\u" + String(repeating: "0", count: scalar.value < 16 ? 3 : 2) + String(scalar.value, radix: 16)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    private static let lock = Mutex(())

    /// Writes a line to standard error, whole.
    @Sendable public static func standardError(_ line: String) {
        lock.withLock { _ in FileHandle.standardError.write(Data((line + "\n").utf8)) }
    }
}

import Foundation
import ShoalOperations
import ShoalPipeline
import ShoalSchemas

/// Formats dead letters as text, as JSON, or as counts.
package struct DeadLetterLines {
    private let isJSON: Bool
    private let isSummary: Bool
    private let showsContent: Bool
    /// The dead letters that were resubmitted.
    var resubmitted: Set<DeadLetterEntry.Place> = []
    private var reasons: [String: Int] = [:]
    private(set) var count = 0

    /// - Parameters:
    ///   - isJSON: Whether each line is a JSON object.
    ///   - isSummary: Whether only the number of each reason is printed.
    ///   - showsContent: Whether key, value and headers are printed.
    package init(isJSON: Bool, isSummary: Bool, showsContent: Bool) {
        self.isJSON = isJSON
        self.isSummary = isSummary
        self.showsContent = showsContent
    }

    /// - Returns: False if the reader has closed the pipe.
    mutating func add(_ letter: DeadLetterEntry) throws -> Bool {
        count += 1
        reasons[letter.reason, default: 0] += 1
        guard !isSummary else { return true }
        let object = Object(letter, isResubmitted: resubmitted.contains(letter.place), showsContent)
        return StandardStream.output.append((isJSON ? try JSONText.line(object) : object.line).utf8)
    }

    func end() throws {
        if isSummary {
            let rows = reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            let text =
                isJSON
                ? try rows.map { try JSONText.line(Count(reason: $0.key, count: $0.value)) }.joined()
                : Formatting.table(rows.map { [$0.key.printable, Formatting.number($0.value)] }).map { $0 + "\n" }
                    .joined()
            _ = StandardStream.output.append(text.utf8)
        }
        _ = StandardStream.output.flush()
    }

    private struct Count: Encodable {
        var reason: String
        var count: Int
    }

    private struct Object: Encodable {
        struct Header: Encodable {
            var name: String
            var value: String?
            var valueBase64: String?
        }

        var timeMs: Int64
        var reason: String
        var field: String?
        var expected: String?
        var byte: Int?
        var topic: String
        var partition: Int32
        var offset: Int64
        var deadLetter: DeadLetterEntry.Place
        var keyBytes: Int?
        var valueBytes: Int?
        var isCut: Bool
        var isLeftOut: Bool
        var isResubmitted: Bool
        var cameBack: Bool
        var key: String?
        var keyBase64: String?
        var value: String?
        var valueBase64: String?
        var headers: [Header]?

        init(_ letter: DeadLetterEntry, isResubmitted: Bool, _ showsContent: Bool) {
            timeMs = letter.timeMs
            reason = letter.reason
            (field, expected, byte) = (letter.field, letter.expected, letter.byte)
            topic = letter.topic
            (partition, offset) = (letter.origin.partition, letter.origin.offset)
            deadLetter = letter.place
            (keyBytes, valueBytes) = (letter.key?.count, letter.value?.count)
            (isCut, isLeftOut) = (letter.isCut, letter.isLeftOut)
            self.isResubmitted = isResubmitted
            cameBack = letter.resubmittedFrom != nil
            guard showsContent else { return }
            (key, keyBase64) = Self.shown(letter.key)
            (value, valueBase64) = Self.shown(letter.value)
            headers = letter.headers.map { header in
                let (text, base64) = Self.shown(header.value)
                return Header(name: header.name, value: text, valueBase64: base64)
            }
        }

        /// Returns text if the bytes are UTF-8, otherwise base64.
        private static func shown(_ bytes: [UInt8]?) -> (String?, String?) {
            guard let bytes else { return (nil, nil) }
            if let text = String(validating: bytes, as: UTF8.self) { return (text, nil) }
            return (nil, Data(bytes).base64EncodedString())
        }

        var line: String {
            let marks = [
                isCut ? "cut" : nil, isLeftOut ? "left out" : nil, isResubmitted ? "resubmitted" : nil,
                cameBack ? "came back" : nil,
            ].compactMap { $0 }
            var parts = [
                timeMs >= 0 ? Formatting.time(timeMs) : "-", reason.padding(to: 20), "\(topic) \(partition):\(offset)",
                "\(Formatting.number((keyBytes ?? 0) + (valueBytes ?? 0))) bytes",
                "(\(deadLetter)\(marks.isEmpty ? "" : "; \(marks.joined(separator: ", "))"))",
            ]
            if let expected {
                let place = byte.map { ", byte \($0)" } ?? ""
                parts.append("\(field.map { "\($0): " } ?? "")expected \(expected)\(place)")
            }
            if let text = key ?? keyBase64 { parts.append("key \(text)") }
            if let text = value ?? valueBase64 { parts.append("value \(text)") }
            for header in headers ?? [] { parts.append("\(header.name)=\(header.value ?? header.valueBase64 ?? "")") }
            return parts.joined(separator: "  ").printable + "\n"
        }
    }
}

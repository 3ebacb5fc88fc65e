import Foundation
internal import ShoalClustering
internal import ShoalSettings

extension Configuration {
    /// Returns the topics of `topics.file`.
    /// - Throws: `Configuration.Invalid` if it cannot be read.
    package func vocabulary() throws(Invalid) -> [[UInt8]] {
        guard let file = self[\.topicsFile] else { return [] }
        return try Self.topics(in: file)
    }

    /// Reads one name per line, byte for byte. Empty lines are ignored.
    private static func topics(in file: String) throws(Invalid) -> [[UInt8]] {
        guard var content = FileManager.default.contents(atPath: file) else {
            throw Invalid(problems: ["topics.file: \(file) cannot be read"])
        }
        // Skip a byte order mark, which is not part of the first name.
        if content.starts(with: [0xEF, 0xBB, 0xBF]) { content = Data(content.dropFirst(3)) }
        var names = content.split(separator: UInt8(ascii: "\n")).map { line in
            Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        }
        names.removeAll(where: \.isEmpty)
        guard names.count <= Limits.topics else {
            throw Invalid(problems: [
                "topics.file: \(file) has \(names.count) topics; the maximum is \(Limits.topics)"
            ])
        }
        if let bad = names.first(where: { $0.count > 256 || String(validating: $0, as: UTF8.self) == nil }) {
            throw Invalid(problems: [
                "topics.file: \(file): \"\(String(decoding: bad.prefix(40), as: UTF8.self))\" is longer than 256 "
                    + "bytes or not UTF-8"
            ])
        }
        return names
    }
}

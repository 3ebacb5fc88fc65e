import Foundation
import ShoalClustering
package import ShoalOperations
import ShoalReplay
import ShoalSchemas

/// What a policy does to names of topics.
package struct PolicyCheck {
    package struct Dropped: Encodable {
        package var topic: String
        package var category: String
        package var form: String
        package var label: String
        package var term: String
    }

    /// A topic that passes although it resembles a term.
    package struct Near: Encodable {
        package var topic: String
        package var category: String
        package var term: String
        /// The number of letters that differ; nil: a word of the topic begins with the term.
        package var distance: Int?
    }

    package let path: String
    package let file: PolicyFile
    /// The number of different names.
    package private(set) var topics = 0
    package private(set) var dropped: [Dropped] = []
    package private(set) var near: [Near] = []
    /// The topics that count and may be named in descriptions.
    package private(set) var told = 0

    /// - Parameter topics: a file with a name a line, or with events; `-` for names on standard input; nil: none.
    /// - Throws: `UsageError` without a path; `Configuration.Invalid` with all mistakes of the policy; `ReplayError` if
    ///   the topics cannot be read.
    package init(_ path: String?, topics: String?) throws {
        guard let path else { throw UsageError(description: "shoal policy check: FILE is missing") }
        self.path = path
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw Configuration.Invalid(problems: ["\(path.printable) cannot be read, or is not UTF-8"])
        }
        do throws(PolicyFile.Invalid) {
            file = try PolicyFile(text)
        } catch {
            throw Configuration.Invalid(problems: error.mistakes.map { "\(path.printable):\($0.line): \($0.text)" })
        }
        guard let topics else { return }
        let names = Set(try Self.names(topics)).sorted { $0.lexicographicallyPrecedes($1) }
        self.topics = names.count
        let neighbours = PolicyNeighbours(file.policy)
        for name in names { judge(name, neighbours) }
    }

    private mutating func judge(_ name: [UInt8], _ neighbours: PolicyNeighbours) {
        let topic = String(decoding: name, as: UTF8.self)
        if let rule = file.policy.rule(for: name[...]) {
            let list = file.lists.first {
                $0.category == rule.category && $0.form == rule.form && $0.terms.contains(rule.term)
            }
            dropped.append(
                Dropped(
                    topic: topic, category: rule.category ?? "", form: rule.form.rawValue, label: list?.label ?? "",
                    term: rule.term))
            return
        }
        if file.policy.tells(name[...]) { told += 1 }
        guard let (rule, distance) = neighbours.nearest(to: name[...]) else { return }
        near.append(Near(topic: topic, category: rule.category ?? "", term: rule.term, distance: distance))
    }

    /// Reads names of a file: one a line, or those of its events.
    private static func names(_ path: String) throws -> [[UInt8]] {
        let source = path == "-" ? "/dev/stdin" : path
        guard let file = FileHandle(forReadingAtPath: source), let head = try? file.read(upToCount: 4) ?? Data() else {
            throw ReplayError(.input, "\(path.printable): cannot be read")
        }
        let isCompressed = [[0x1F, 0x8B], [0x28, 0xB5, 0x2F, 0xFD]].contains { head.starts(with: $0) }
        if path != "-", isCompressed || head.first == UInt8(ascii: "{") {
            return try TryInput(path, corrections: []).facts.names
        }
        guard let rest = try? file.readToEnd() ?? Data() else {
            throw ReplayError(.input, "\(path.printable): cannot be read")
        }
        return (head + rest).split(separator: UInt8(ascii: "\n")).map { line in
            Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        }.filter { !$0.isEmpty }
    }
}

package import Foundation
package import ShoalOperations
import ShoalPipeline
import ShoalReplay
import ShoalSchemas
import ShoalSettings

extension AuditLog {
    /// SHA-256, for the chains.
    package static let sha256: Hash = { SHA256Digest.of($0.span) }
}

/// The result of a check of an audit log.
package struct AuditReport: Encodable {
    /// The files that were checked, separated by commas.
    package let file: String
    package let heads: [AuditChain.Head]
    package let unchainedLines: Int
    package let incompleteLines: Int
    /// The number of heads from `audit.topic` that were looked for; nil without the topic.
    package let keptHeads: Int?
    /// Hosts with heads in `audit.topic` and no line in the files, which were not checked.
    package let otherHosts: [String]?
    package let problems: [String]

    /// Reads and checks files.
    /// - Parameters:
    ///   - paths: The files; none for `audit.file`.
    ///   - since: The time of the first head in `audit.topic` that is compared, in ms since 1970; nil for all.
    /// - Throws: `ReplayError` if a file cannot be read; `PipelineError` or `KafkaError` if the topic cannot be read.
    package init(_ configuration: Configuration, _ paths: [String], heads: [String], since: Int64?) async throws {
        let paths = paths.isEmpty ? [configuration[\.auditFile]].compactMap(\.self) : paths
        // Before the files: a line that is written in between has a head that is not compared.
        let kept = try await AuditHeads(configuration)?.read(since: since)
        let files = try paths.map { path in
            guard let content = try? Data(contentsOf: URL(filePath: path)) else {
                throw ReplayError(.input, "\(path): cannot be read")
            }
            return (path, content)
        }
        self.init(files, heads: heads, kept: kept, host: ProcessInfo.processInfo.hostName)
    }

    /// - Parameters:
    ///   - files: The path and the content of each file. Each has chains of its own.
    ///   - wanted: Hashes of an earlier check, which must be in the log.
    ///   - kept: The heads in `audit.topic`, read before the files; nil without the topic.
    ///   - host: A host whose heads must be in the log, even if it has no line there.
    package init(
        _ files: [(path: String, content: Data)], heads wanted: [String], kept: [AuditHeads.Kept]?, host: String?
    ) {
        file = files.map(\.path).joined(separator: ", ")
        var all: [AuditChain.Head] = []
        var found: [String] = []
        var (hashes, unchained, incomplete) = (Set<String>(), 0, 0)
        for file in files {
            var chain = AuditChain(hash: AuditLog.sha256)
            chain.add(file: file.content)
            all += chain.heads.values.sorted { $0.writer < $1.writer }
            found += chain.problems.map { files.count > 1 ? "\(file.path): \($0)" : $0 }
            hashes.formUnion(chain.hashes)
            unchained += chain.unchained
            incomplete += chain.incomplete
        }
        heads = all
        unchainedLines = unchained
        incompleteLines = incomplete
        found += wanted.filter { !hashes.contains($0.lowercased()) }.map { "the head \($0) is not in the log" }
        let hosts = Set(all.map(\.host) + [host].compactMap { $0.map { $0[...] } })
        let own = kept?.filter { hosts.contains($0.head.host) }
        keptHeads = own?.count
        otherHosts = kept.map { Set($0.map(\.head.host)).subtracting(hosts).sorted().map(String.init) }
        problems = found + Self.missing(own?.filter { !hashes.contains($0.head.hash) } ?? [])
    }

    /// Returns a text for each writer whose heads are not in the log.
    private static func missing(_ heads: [AuditHeads.Kept]) -> [String] {
        Dictionary(grouping: heads, by: \.head.writer).sorted { $0.key < $1.key }.compactMap { writer, heads in
            guard let first = heads.min(by: { $0.timeMs < $1.timeMs }) else { return nil }
            return "\(Formatting.count(heads.count, "head")) of \(writer) in audit.topic "
                + "\(heads.count == 1 ? "is" : "are") not in the log, the first after line \(first.head.lines) at "
                + "\(Formatting.time(first.timeMs)): lines were removed or changed"
        }
    }

    package var text: String {
        var lines = heads.map { "\($0.writer): \(Formatting.count($0.lines, "line")), head \($0.hash)" }
        if unchainedLines > 0 {
            let count = Formatting.count(unchainedLines, "line is", plural: "lines are")
            lines.append("\(count) in no chain: an earlier release wrote \(unchainedLines == 1 ? "it" : "them")")
        }
        if incompleteLines > 0 {
            let count = Formatting.count(incompleteLines, "line is", plural: "lines are")
            lines.append("\(count) not whole, as after a full disk")
        }
        if let keptHeads { lines.append("\(Formatting.count(keptHeads, "head")) from audit.topic compared") }
        if let otherHosts, !otherHosts.isEmpty {
            lines.append("not compared, because no line is from there: heads of \(otherHosts.joined(separator: ", "))")
        }
        lines += problems
        return (lines + ["\(file): \(problems.isEmpty ? "complete" : "\(problems.count) problems")"])
            .joined(separator: "\n")
    }
}

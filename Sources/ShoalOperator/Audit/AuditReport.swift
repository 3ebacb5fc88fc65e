package import Foundation
package import ShoalOperations
import ShoalPipeline

extension AuditLog {
    /// SHA-256, for the chains.
    package static let sha256: Hash = { SHA256Digest.of($0.span) }
}

/// The result of a check of an audit log.
package struct AuditReport: Encodable {
    package let file: String
    package let heads: [AuditChain.Head]
    package let unchainedLines: Int
    package let incompleteLines: Int
    package let problems: [String]

    /// - Parameter heads: Hashes of an earlier check, which must be in the log.
    package init(_ path: String, _ content: Data, heads wanted: [String]) {
        var chain = AuditChain(hash: AuditLog.sha256)
        chain.add(file: content)
        file = path
        heads = chain.heads.values.sorted { $0.writer < $1.writer }
        unchainedLines = chain.unchained
        incompleteLines = chain.incomplete
        let hashes = chain.hashes
        problems =
            chain.problems
            + wanted.filter { !hashes.contains($0.lowercased()) }.map { "the head \($0) is not in the log" }
    }

    package var text: String {
        var lines = heads.map { "\($0.writer): \($0.lines) lines, head \($0.hash)" }
        if unchainedLines > 0 {
            lines.append("\(unchainedLines) lines are in no chain: an earlier release wrote them")
        }
        if incompleteLines > 0 { lines.append("\(incompleteLines) lines are not whole, as after a full disk") }
        lines += problems
        return (lines + ["\(file): \(problems.isEmpty ? "complete" : "\(problems.count) problems")"])
            .joined(separator: "\n")
    }
}

import Foundation
package import ShoalOperations
import ShoalPipeline
import ShoalSchemas
import ShoalSettings

/// Adds tokens, and subjects of certificates, to `api.access-file`.
package struct AccessFile {
    private let path: String

    /// - Throws: `Configuration.Invalid` if the setting is missing.
    package init(_ configuration: Configuration) throws(Configuration.Invalid) {
        guard let path = configuration[\.apiAccessFile] else {
            throw Configuration.Invalid(problems: [
                "api.access-file is not set: name the file that the instances read"
            ])
        }
        self.path = path
    }

    /// Appends a line for a new token.
    /// - Parameters:
    ///   - name: Of the bearer, without white space.
    ///   - roles: none: `viewer`.
    /// - Returns: The token, 64 hexadecimal digits.
    /// - Throws: `OutputError`; `Configuration.Invalid` if the name cannot be in the file.
    package func add(_ name: String, _ roles: Set<String>) throws -> String {
        let token = Hex.random(bytes: 32)
        let digest = Hex.text(SHA256Digest.of(Array(token.utf8).span))
        let line = "\(name) \(Self.list(roles).joined(separator: ",")) \(digest)"
        guard (try? AccessTokens(line))?.bearer(digest: digest)?.name == name else {
            throw Configuration.Invalid(problems: ["\(name.printable): a name is one word that does not begin with #"])
        }
        try append(line)
        return token
    }

    /// Appends a line for those who have a certificate with a subject.
    /// - Throws: `OutputError`; `Configuration.Invalid` if the name or the subject cannot be in the file.
    package func add(_ name: String, _ roles: Set<String>, subject: String) throws {
        let line = AccessTokens.line(name: name, roles: Self.list(roles), subject: subject)
        guard !line.contains(where: \.isNewline), (try? AccessTokens(line))?.bearer(subject: subject)?.name == name
        else {
            throw Configuration.Invalid(problems: [
                "a name is one word that does not begin with #, and a subject is as CN=anna,O=Example: \(line.printable)"
            ])
        }
        try append(line)
    }

    private static func list(_ roles: Set<String>) -> [String] { roles.isEmpty ? ["viewer"] : roles.sorted() }

    private func append(_ line: String) throws {
        let content = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let start = content.isEmpty || content.hasSuffix("\n") ? "" : "\n"
        // Safe: the path outlives the call.
        let descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw OutputError(path, errno) }
        defer { close(descriptor) }
        let bytes = Array((start + line + "\n").utf8)
        // Safe: the buffer holds `count` bytes and outlives the call.
        let count = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        guard count == bytes.count, fsync(descriptor) == 0 else { throw OutputError(path, count < 0 ? errno : ENOSPC) }
    }
}

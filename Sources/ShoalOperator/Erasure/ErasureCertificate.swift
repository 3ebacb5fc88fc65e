import Foundation
package import ShoalPipeline
import ShoalReplay
import ShoalSchemas

/// A signed statement about the erasure of one viewer: where data was found, and until when it remains.
///
/// Its text is one line of JSON with sorted names. The signature is that of the text without it.
package struct ErasureCertificate: Codable, Equatable, Sendable {
    /// A topic, or the checkpoints of this host.
    package struct Place: Codable, Equatable, Sendable {
        package enum State: String, Codable, Sendable {
            /// Nothing was found.
            case gone
            /// The last record of the viewer has no value. Earlier ones remain until the topic is compacted.
            case deleted
            /// Data remains until its retention ends.
            case left
        }

        /// Such as `input` or `models`.
        package var name: String
        /// The topic, or the directory of checkpoints.
        package var location: String
        package var state: State
        /// Records that hold data of the viewer; nil if they are sums of many viewers, which cannot be searched.
        package var records: Int?
        /// The time in ms since 1970 at which all of it is gone at the latest; nil if nothing is left, or without limit.
        package var untilMs: Int64?
        /// What decides about that time.
        package var rule: String
    }

    package var format = 1
    package var application: String
    /// The published pseudonym, 32 hexadecimal digits.
    package var member: String
    /// The key under which the pseudonym and the signature were made, 16 hexadecimal digits.
    package var keyFingerprint: String
    /// When the erasure was sent, and when its effect was committed, in ms since 1970.
    package var sentMs: Int64
    package var readMs: Int64
    /// When the places were searched.
    package var searchedMs: Int64
    package var places: [Place]
    package var signature: String?

    /// Returns the certificate as one line of JSON, signed.
    /// - Throws: An error of the encoding.
    package func signed(_ key: PrivacyKey) throws -> String {
        var certificate = self
        certificate.signature = Hex.text(key.signature(of: try unsigned))
        return try JSONText.line(certificate)
    }

    /// Checks a file with a certificate on each line; `-` is standard input.
    /// - Returns: A text for each line that is not valid.
    /// - Throws: `ReplayError` if the file cannot be read.
    package static func problems(_ path: String, _ key: PrivacyKey) throws -> [String] {
        guard let content = try? String(contentsOfFile: path == "-" ? "/dev/stdin" : path, encoding: .utf8) else {
            throw ReplayError(.input, "\(path): cannot be read")
        }
        let lines = content.split(separator: "\n").map(String.init)
        if lines.isEmpty { return ["\(path): holds no certificate"] }
        return lines.enumerated().compactMap { index, line in
            problem(line, key).map { "\(path), line \(index + 1): \($0)" }
        }
    }

    /// Returns the problem of a certificate: another text, key or content than that which was signed; nil if it is valid.
    package static func problem(_ line: String, _ key: PrivacyKey) -> String? {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let certificate = try? decoder.decode(Self.self, from: Data(line.utf8)) else {
            return "it is not a certificate of erasure"
        }
        guard certificate.keyFingerprint == text(key.fingerprint) else { return "it was signed with another key" }
        guard let expected = try? certificate.signed(key), expected == line + "\n" else {
            return "its content is not what was signed"
        }
        return nil
    }

    /// Returns a fingerprint as 16 digits.
    static func text(_ fingerprint: UInt64) -> String {
        Hex.text((0..<8).map { UInt8(truncatingIfNeeded: fingerprint >> UInt64(56 - 8 * $0)) })
    }

    private var unsigned: [UInt8] {
        get throws {
            var certificate = self
            certificate.signature = nil
            return Array(try JSONText.line(certificate).utf8.dropLast())
        }
    }
}

internal import ShoalSchemas
internal import Synchronization

/// Seals the records of one partition of an internal topic, so that they tell nothing without the privacy key.
///
/// A sealed record belongs to its topic, partition and key: it cannot be read as another one. The same record gives the
/// same bytes. Safe for several threads; each call waits for the one before.
package final class RecordSealer: Sendable {
    /// The format of sealed records. It is part of the associated data, and the first byte of what is sealed, which is
    /// therefore never empty.
    static let format: UInt8 = 1
    /// How many bytes a sealed record is longer than the record.
    static let overhead = AESSIV.tagBytes + 1

    private struct Work {
        var cipher: AESSIV
        /// The opened record, or the one to be sealed.
        var buffer: [UInt8] = []
    }

    private let work: Mutex<Work>
    /// Identifies the privacy key.
    let keyFingerprint: UInt64

    /// Ends the process if OpenSSL fails; `Cryptography.selfTest` finds that at the start.
    package init(_ key: PrivacyKey, topic: String, partition: Int32) {
        keyFingerprint = key.fingerprint
        let place = Array("\(Self.format) \(topic) \(partition)".utf8)
        let derived = key.derived(.recordSeal, count: AESSIV.keyBytes)
        do throws(CryptographyError) {
            work = Mutex(Work(cipher: try AESSIV(key: derived, associated: place)))
        } catch {
            error.end()
        }
    }

    /// Appends the sealed bytes of what `body` writes.
    /// - Parameter name: what the record is known by in its partition, such as its key; not empty.
    func seal(_ name: [UInt8], into output: inout [UInt8], _ body: (inout [UInt8]) -> Void) {
        work.withLock { work in
            work.buffer.removeAll(keepingCapacity: true)
            work.buffer.append(Self.format)
            body(&work.buffer)
            work.cipher.seal(work.buffer.span, name.span, into: &output)
        }
    }

    /// Returns the opened bytes.
    /// - Throws: `ProtoError` if they were not sealed with this key as the record of this name.
    func opened(_ sealed: [UInt8], _ name: [UInt8]) throws(ProtoError) -> [UInt8] {
        do {
            return try open(sealed.span, name.span) { record in
                // Safe: the bytes are copied.
                unsafe record.withUnsafeBufferPointer { unsafe Array($0) }
            }
        } catch {
            throw .outOfRange(SealBroken.text)
        }
    }

    /// Passes the opened bytes to `body`.
    /// - Throws: `SealBroken` if they were not sealed with this key as the record of this name; the errors of `body`.
    func open<Result: Sendable>(
        _ sealed: Span<UInt8>, _ name: Span<UInt8>, _ body: (Span<UInt8>) throws -> Result
    ) throws -> Result {
        try work.withLock { work in
            guard work.cipher.open(sealed, name, into: &work.buffer), work.buffer.first == Self.format else {
                throw SealBroken()
            }
            return try body(work.buffer.span.extracting(droppingFirst: 1))
        }
    }
}

/// A record is not what was sealed: it was changed or moved, or another key sealed it.
struct SealBroken: Error, Equatable {
    static let text = "it cannot be opened: it was changed or moved, or sealed with another key"
}

internal import ShoalSchemas

/// The ids of changes: the encrypted position in the input, with a keyed hash of the change. Whoever has the key finds the
/// position of a change by its id, and nobody else learns anything from it. Not for two threads.
///
/// An id is AES-256 of 20 bits of the partition, 48 of the offset and 60 of HMAC-SHA-256 of the change.
package final class ChangeIDs {
    /// The position of the event that caused a change, or that opened the epoch whose opening did.
    package struct Position: Equatable, Sendable {
        package var partition: Int32
        package var offset: Int64
    }

    /// The partition of changes that the coordinator decides.
    private static let coordinator: UInt128 = 0xf_ffff
    private static let offsets: UInt128 = 0xffff_ffff_ffff
    private let cipher: BlockCipher
    private let hash: HMAC

    package init(_ key: PrivacyKey) {
        cipher = BlockCipher(key, .changePosition)
        hash = HMAC(key, .changeID)
    }

    /// Returns the id of a change.
    /// - Parameters:
    ///   - change: The bytes that distinguish it from all others of its position.
    ///   - position: nil: the coordinator decided it.
    func id(of change: Span<UInt8>, at position: Position?) -> UInt128 {
        let digest = UInt128(hash.digest(change).first8 >> 4)
        guard let position else { return cipher.encrypt(Self.coordinator << 108 | digest) }
        let (partition, offset) = (
            UInt128(UInt32(bitPattern: position.partition)), UInt128(UInt64(bitPattern: position.offset))
        )
        return cipher.encrypt(partition << 108 | (offset & Self.offsets) << 60 | digest)
    }

    /// Returns the position in an id; `nil` if the coordinator decided the change.
    package func position(of id: UInt128) -> Position? {
        let value = cipher.decrypt(id)
        guard value >> 108 != Self.coordinator else { return nil }
        return Position(
            partition: Int32(truncatingIfNeeded: value >> 108),
            offset: Int64(truncatingIfNeeded: value >> 60 & Self.offsets))
    }
}

package import ShoalClustering

/// Turns the pseudonyms of the state into those of the output, and back: AES-256 of the one block of 16 bytes, under a key
/// of its own. Without the key, nobody can tell which stored pseudonym belongs to which published one. Not for two threads.
package final class PublishedPseudonyms {
    private let cipher: BlockCipher

    package init(_ key: PrivacyKey) { cipher = BlockCipher(key, .publishedPseudonym) }

    /// Returns the pseudonym under which a member is published.
    package func published(_ stored: Pseudonym) -> UInt128 { cipher.encrypt(stored) }

    /// Returns the pseudonym in the state of a published one.
    package func stored(_ published: UInt128) -> Pseudonym { cipher.decrypt(published) }
}

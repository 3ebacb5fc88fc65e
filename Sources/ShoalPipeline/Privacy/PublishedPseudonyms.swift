package import ShoalClustering

/// Turns the pseudonyms of the state into those of the output, and back: AES-256 of the one block of 16 bytes, under a key
/// of its own, and with `privacy.rotation` under a key for each period. Without the key, nobody can tell which stored
/// pseudonym belongs to which published one, or which published ones to each other. Not for two threads.
package final class PublishedPseudonyms {
    private let key: PrivacyKey
    /// The ciphers of some periods.
    private var ciphers: [Int64?: BlockCipher] = [:]
    private static let mostCiphers = 64

    package init(_ key: PrivacyKey) { self.key = key }

    /// Returns the pseudonym under which a member is published.
    /// - Parameter period: nil if pseudonyms are not rotated.
    package func published(_ stored: Pseudonym, in period: Int64?) -> UInt128 { cipher(period).encrypt(stored) }

    /// Returns the pseudonym in the state of a published one.
    package func stored(_ published: UInt128, in period: Int64?) -> Pseudonym { cipher(period).decrypt(published) }

    private func cipher(_ period: Int64?) -> BlockCipher {
        if let known = ciphers[period] { return known }
        if ciphers.count >= Self.mostCiphers { ciphers.removeAll() }
        let cipher = BlockCipher(key, .publishedPseudonym, part: period.map { "\($0)" })
        ciphers[period] = cipher
        return cipher
    }
}

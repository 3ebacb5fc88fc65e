/// Computes keyed values: hashes of topics outside the vocabulary, and the order in which members are published.
public protocol TopicKeys {
    /// The member's place in the order of an opening: its published pseudonym. Each member has its own.
    /// - Parameter period: of the pseudonym; nil if pseudonyms are not rotated.
    mutating func rank(of member: Pseudonym, in period: Int64?) -> UInt128
    /// The first 16 bytes of HMAC-SHA-256(key of candidates, name), big-endian.
    mutating func candidate(_ name: ArraySlice<UInt8>) -> UInt128
    /// The first 4 bytes of HMAC-SHA-256(key of marks, stored pseudonym and name), big-endian.
    mutating func mark(_ name: ArraySlice<UInt8>, _ member: Pseudonym) -> UInt32
}

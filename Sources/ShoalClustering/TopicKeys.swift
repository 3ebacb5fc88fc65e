/// Computes keyed hashes of topics outside the vocabulary.
public protocol TopicKeys {
    /// The first 16 bytes of HMAC-SHA-256(key of candidates, name), big-endian.
    mutating func candidate(_ name: ArraySlice<UInt8>) -> UInt128
    /// The first 4 bytes of HMAC-SHA-256(key of marks, stored pseudonym and name), big-endian.
    mutating func mark(_ name: ArraySlice<UInt8>, _ member: Pseudonym) -> UInt32
}

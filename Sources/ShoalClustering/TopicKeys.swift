/// Computes keyed hashes of topics outside the vocabulary.
public protocol TopicKeys {
    /// The first 16 bytes of HMAC(key, "topic" 0 name), big-endian.
    mutating func candidate(_ name: ArraySlice<UInt8>) -> UInt128
    /// The first 4 bytes of HMAC(key, "mark" 0 name 0 pseudonym), big-endian.
    mutating func mark(_ name: ArraySlice<UInt8>, _ member: Pseudonym) -> UInt32
}

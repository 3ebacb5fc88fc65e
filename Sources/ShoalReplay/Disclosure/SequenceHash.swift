/// A hash of a sequence of numbers, the same on all machines. Two of ten million different sequences are taken for equal with a
/// probability of 3 in a million.
struct SequenceHash {
    private(set) var value: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// Adds a number, by the finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
    @inline(__always)
    mutating func add(_ number: UInt64) {
        var mixed = (value ^ number) &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        value = mixed ^ (mixed >> 31)
    }
}

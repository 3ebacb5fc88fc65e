/// How many candidates each viewer has marked in the open epoch: few viewers cannot fill the vocabulary.
///
/// Viewers are counted in 65,536 places by bits of their pseudonyms, which are keyed hashes. Viewers who share a place share its
/// limit.
struct ViewerQuota {
    /// How many candidates one viewer can mark in an epoch.
    static let most: UInt8 = 16
    private static let places = 65_536

    /// Empty until the first mark.
    private var counts: [UInt8] = []

    init() {}

    init(_ marks: [MarkCount]) {
        guard !marks.isEmpty else { return }
        counts = Array(repeating: 0, count: Self.places)
        for mark in marks { counts[Int(mark.place)] = mark.count }
    }

    func isUsedUp(_ member: Pseudonym) -> Bool {
        !counts.isEmpty && counts[Self.place(member)] >= Self.most
    }

    mutating func count(_ member: Pseudonym) {
        if counts.isEmpty { counts = Array(repeating: 0, count: Self.places) }
        counts[Self.place(member)] += 1
    }

    /// The places that are not zero, ascending.
    var marks: [MarkCount] {
        counts.indices.compactMap { place in
            counts[place] == 0 ? nil : MarkCount(place: UInt16(place), count: counts[place])
        }
    }

    private static func place(_ member: Pseudonym) -> Int { Int(truncatingIfNeeded: member >> 64) & (places - 1) }
}

/// How many marks the viewers of one place have made.
public struct MarkCount: Equatable, Sendable {
    public var place: UInt16
    /// 1 … 16.
    public var count: UInt8

    public init(place: UInt16, count: UInt8) {
        self.place = place
        self.count = count
    }
}

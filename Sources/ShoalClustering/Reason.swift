/// The reason for a published member change. If several apply, the first in the order of `allCases` is used.
public enum Reason: UInt8, CaseIterable, Comparable, Sendable {
    case event = 1
    case erased
    case expired
    case topicDropped
    case merge
    case split
    case birth
    case retire
    case seed
    /// The member is published under another pseudonym from now on. 10 and 11 are the numbers of former reasons.
    case rotated = 12

    public static func < (left: Reason, right: Reason) -> Bool { left.rawValue < right.rawValue }
}

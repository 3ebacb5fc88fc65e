/// A difference between what was published and what had to be.
struct Finding: Equatable, CustomStringConvertible {
    enum Kind: String, CaseIterable {
        case lost
        case doubled
        case unexpected
        case reordered
        /// A member's change that does not follow the one before it.
        case broken
        /// A position within a member that lies before the one before it.
        case wentBack
        /// The last word on a member is another.
        case lastWord
        case model
        /// Models that do not follow each other.
        case gap
        /// An event that was counted twice, or not at all.
        case event
        case deadLetter
        case tombstone
    }

    var kind: Kind
    var text: String

    init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    var description: String { "\(kind.rawValue): \(text)" }
}

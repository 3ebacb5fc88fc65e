/// A difference between the published output and the expected output.
struct Finding: Equatable, CustomStringConvertible {
    enum Kind: String, CaseIterable {
        case lost
        case doubled
        case unexpected
        case reordered
        /// A change of a member that does not continue from the member's previous change.
        case broken
        /// A position of a member that is before the member's previous position.
        case wentBack
        /// The last value for a member differs.
        case lastWord
        case model
        /// Models that are not consecutive.
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

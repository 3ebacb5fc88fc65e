/// A rule of the protocol that a run may leave out, to show that the simulation finds what the rule prevents.
enum Rule: String, CaseIterable {
    case ownGeneration = "own-generation"
}

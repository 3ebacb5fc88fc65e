/// What a key is used for. Each use has a key of its own, which HKDF derives from the privacy key with the use's label.
///
/// The privacy key itself keys nothing else. So no message of one use, such as a viewer's id, gives a value of another.
/// `docs/determinism.md` lists the uses.
package enum KeyUse: String, CaseIterable, Sendable {
    /// The pseudonym of a viewer inside of Shoal: in the state, in checkpoints and in positions.
    case storedPseudonym = "stored-pseudonym"
    /// The pseudonym of a member in the output.
    case publishedPseudonym = "published-pseudonym"
    case sampleOrder = "sample-order"
    case viewerLookup = "viewer-lookup"
    case eventID = "event-id"
    case candidate
    case mark
    /// The part of a change's id that tells changes of one position apart.
    case changeID = "change-id"
    /// The encryption of the position in a change's id.
    case changePosition = "change-position"
    case fingerprint
    /// The encryption of records in internal topics and checkpoints.
    case recordSeal = "record-seal"
    /// The signature of certificates of erasure.
    case certificate
}

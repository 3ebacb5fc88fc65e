/// The phase of a shard between two steps.
public enum Phase: Equatable, Sendable {
    /// Before the first epoch.
    case genesis
    /// The epoch is open, and its events are handled.
    case open(Epoch)
    /// The previous epoch is closed and this one is not yet open. `after` is the rank (`TopicKeys.rank`) of the last member
    /// processed by an interrupted opening.
    case waiting(Epoch, after: UInt128?)
    /// The epoch is opened, and members are being published under the pseudonyms of a new period. `after` is the rank of the
    /// last one.
    case rotating(Epoch, Rotation, after: UInt128?)

    /// The halves of a rotation.
    public enum Rotation: String, Sendable {
        /// Members join their clusters under their new pseudonyms.
        case joining
        /// The former pseudonyms leave.
        case leaving
    }
}

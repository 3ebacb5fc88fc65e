/// The phase of a shard between two steps.
public enum Phase: Equatable, Sendable {
    /// Before the first epoch.
    case genesis
    /// The epoch is open, and its events are handled.
    case open(Epoch)
    /// The previous epoch is closed and this one is not yet open. `after` is the rank (`TopicKeys.rank`) of the last member
    /// processed by an interrupted opening.
    case waiting(Epoch, after: UInt128?)
}

/// A message from a shard to the coordinator in the delta topic.
public enum DeltaMessage: Equatable, Sendable {
    case epochDelta(EpochDelta)
    /// The shard is at the end of its partition (idle). `number` is that of its last epoch delta; 0 for none.
    case caughtUp(partition: Int32, number: Int64)
    /// The shard was taken over with input left, or never committed (active). `number` as in `caughtUp`.
    case behind(partition: Int32, number: Int64)
}

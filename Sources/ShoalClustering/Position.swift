/// A shard's position in its log: the next offset to read, and the phase.
public struct Position: Equatable, Sendable {
    public var offset: Int64
    public var phase: Phase

    public init(offset: Int64, phase: Phase) {
        self.offset = offset
        self.phase = phase
    }
}

/// A viewer's keyed pseudonym: the first 16 bytes of HMAC-SHA-256(key, viewer) as a big-endian number, so that
/// pseudonyms sort like their bytes.
public typealias Pseudonym = UInt128

/// A cluster's number. Ids increase from 1 and are never reused; 0 means unassigned.
public typealias ClusterID = UInt32

/// A topic's number in the vocabulary; "lower topic" means the lower number.
public typealias TopicNumber = UInt32

/// A span of event time, numbered: ⌊time / `epoch.length`⌋.
public typealias Epoch = Int64

/// The phase of a shard between two steps.
public enum Phase: Equatable, Sendable {
    /// Before the first epoch.
    case genesis
    /// The epoch is open, and its events are handled.
    case open(Epoch)
    /// The previous epoch is closed and this one is not yet open. `after` is the last member processed by an
    /// interrupted opening.
    case waiting(Epoch, after: Pseudonym?)
}

/// A shard's position in its log: the next offset to read, and the phase.
public struct Position: Equatable, Sendable {
    public var offset: Int64
    public var phase: Phase

    public init(offset: Int64, phase: Phase) {
        self.offset = offset
        self.phase = phase
    }
}

/// The reason for a published member change. If several apply, the first in the order of `allCases` is used.
public enum Reason: UInt8, CaseIterable, Sendable {
    case event = 1
    case erased
    case expired
    case topicDropped
    case merge
    case split
    case birth
    case retire
    case seed
    case withheld
    case shown
}

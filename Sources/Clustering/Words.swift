/// A viewer's keyed pseudonym: the first 16 bytes of HMAC-SHA-256(key, viewer), read big-endian, so that the order of
/// pseudonyms is the order of their bytes.
public typealias Pseudonym = UInt128

/// A cluster's number. Ids grow from 1 and are never used again; 0 means "in no cluster".
public typealias ClusterID = UInt32

/// A topic's number in the vocabulary; "lower topic" means the lower number.
public typealias TopicNumber = UInt32

/// A span of event time, numbered: ⌊time / `epoch.length`⌋.
public typealias Epoch = Int64

/// Where a shard stands between two steps.
public enum Phase: Equatable, Sendable {
    /// Before the first epoch.
    case genesis
    /// The epoch is open: its events are being handled.
    case open(Epoch)
    /// The epoch before it is closed, and this one is not open yet; `after` is the last member that an interrupted
    /// opening has looked at.
    case waiting(Epoch, after: Pseudonym?)
}

/// Where a shard stands in its log: the next offset to read, and the phase.
public struct Position: Equatable, Sendable {
    public var offset: Int64
    public var phase: Phase

    public init(offset: Int64, phase: Phase) {
        self.offset = offset
        self.phase = phase
    }
}

/// Why a member's change was published. The order is that of `allCases`: of several reasons the first one is named.
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

@testable import Clustering
@testable import Pipeline

/// All that decides a run: what arrives, how fast, what goes wrong and when. Made from a seed, and made smaller when it
/// fails.
struct Scenario {
    /// A record of the input, and when it arrives on a topic that grows.
    struct Arrival {
        var content: Content
        /// Milliseconds of the wall clock.
        var at: Int64
        /// Of a viewer whose clock runs ahead, or who was forged.
        var isAhead = false
    }

    enum Content {
        case event(EngineEvent)
        case tombstone(Pseudonym)
        case garbage
        /// An upstream producer's transaction that was aborted: a record and a control record that nobody sees.
        case aborted

        /// How many offsets it takes.
        var offsets: Int64 {
            if case .aborted = self { 2 } else { 1 }
        }
    }

    /// What goes wrong at a moment.
    enum Fault: Equatable {
        /// The process is gone, and a new one starts.
        case crash(Int)
        /// The process stands still for so many steps; the group may give it up meanwhile.
        case pause(Int, steps: Int, isExpelled: Bool, completes: Bool)
        /// The process stands still as soon as it has sent something in a transaction that is still open.
        case pauseInTransaction(Int, steps: Int)
        /// A second process with the same instance id starts, while the first is standing still and wakes up again.
        case twin(Int, steps: Int)
        /// The instance's session ends.
        case expel(Int)
        case rebalance
        /// The rebalance under way does not wait for those who have not joined.
        case completeRebalance
        /// An instance starts, or stops for good.
        case scale(Int)
        /// An instance is told to stop, and started again later.
        case stop(Int)
        /// Transactions older than this are aborted by the broker.
        case timeOut(age: Int)
        /// Retention deletes what is not needed any more.
        case retention
        /// The logs of the state are compacted.
        case compaction
        /// Retention deletes more than that.
        case greedyRetention
        /// The group is empty for so long that its offsets are forgotten.
        case forget
    }

    /// How often calls go wrong, and how fast things move.
    struct Rates {
        /// A call inside of a transaction fails, and it has to be aborted.
        var aborts = 0.0
        /// The outcome of a commit is not known.
        var unknowns = 0.0
        /// A call fails, and may be made again.
        var retriable = 0.0
        /// A marker is delivered in a step.
        var markers = 0.5
        /// Steps: `epoch.idle-timeout`.
        var idleTimeout: Int64 = 200
        /// Steps after which `CaughtUp` is said again.
        var again: Int64 = 1_000_000
        /// Steps after which the broker aborts a transaction, for each instance.
        var patience = 1_500
        /// Milliseconds of the wall clock a step.
        var wall: Int64 = 20
        /// Bytes of the outbox from which on partitions wait.
        var outbox = 4_000
        /// How many records a producer sends in a step, at most.
        var burst = 6
        /// Bytes of a part of a closing or a model.
        var part = Parts.largest
        /// Members that an opening looks at between two marks.
        var opening = Shard<KeyedTopics>.openingStep
        /// Steps from one snapshot of a partition to the next, and members that are written between two marks.
        var snapshots: Int64 = 100
        var snapshotStep = 4_096
        /// Bytes of a transaction, before that is halved.
        var transaction = 1_500
    }

    var seed: UInt64
    var settings = Settings()
    /// What clocks are held against, whichever rule of theirs is left out.
    var clock = Settings.Fixed()
    var vocabulary: [[UInt8]] = []
    /// By partition.
    var input: [[Arrival]] = []
    var isGrowing = false
    /// `epoch.future=allow`.
    var allowsFuture = false
    /// Of the wall clock; `.max / 2`: everything that is on the topic lies in the past.
    var wallStart: Int64 = 0
    var rates = Rates()
    /// When faults happen.
    var faults: [(step: Int, fault: Fault)] = []
    /// In which step faults end.
    var faultSteps = 0
    /// How many instances there are at first.
    var width = 1

    var partitions: Int { input.count }
}

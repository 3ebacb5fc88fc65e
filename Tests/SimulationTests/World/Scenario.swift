@testable import ShoalClustering
@testable import ShoalPipeline

/// All parameters of a run: the input, its pace, and the faults with their times. Generated from a seed, and shrunk if
/// the run fails.
struct Scenario {
    /// A record of the input, and its time of arrival on a growing topic.
    struct Arrival {
        var content: Content
        /// Milliseconds of the wall clock.
        var at: Int64
        /// Whether the viewer is forged or has a fast clock.
        var isAhead = false
    }

    enum Content {
        case event(EngineEvent)
        /// A record of several events.
        case events([EngineEvent])
        case tombstone(Pseudonym)
        case garbage
        /// An aborted transaction of an upstream producer: a record and a control record, both invisible to consumers.
        case aborted

        /// The latest event, which the clock reads; nil: there is none.
        var latest: EngineEvent? {
            switch self {
            case .event(let event): event
            case .events(let events): events.latest
            case .tombstone, .garbage, .aborted: nil
            }
        }

        /// The number of offsets that it occupies.
        var offsets: Int64 {
            if case .aborted = self { 2 } else { 1 }
        }
    }

    /// A fault at a certain step.
    enum Fault: Equatable {
        /// The process crashes, and a new one starts.
        case crash(Int)
        /// The process pauses for a number of steps. The group may expel it meanwhile.
        case pause(Int, steps: Int, isExpelled: Bool, completes: Bool)
        /// The process pauses as soon as it has sent something in an open transaction.
        case pauseInTransaction(Int, steps: Int)
        /// A second process with the same instance id starts while the first is paused. The first wakes up later.
        case duplicateInstance(Int, steps: Int)
        /// The instance's session ends.
        case expel(Int)
        case rebalance
        /// The current rebalance completes without the members that have not joined.
        case completeRebalance
        /// An instance starts, or stops permanently.
        case scale(Int)
        /// An instance is stopped, and restarted later.
        case stop(Int)
        /// Transactions older than this are aborted by the broker.
        case timeOut(age: Int)
        /// Retention deletes records that are not needed any more.
        case retention
        /// The state topics are compacted.
        case compaction
        /// Retention also deletes records that are needed.
        case greedyRetention
        /// The group is empty for long enough that its offsets are deleted.
        case forget
    }

    /// The probabilities of failing calls, and the pace of background actions.
    struct Rates {
        /// The probability that a call within a transaction fails and requires an abort.
        var aborts = 0.0
        /// The probability that the outcome of a commit is unknown.
        var unknowns = 0.0
        /// The probability that a call fails and may be retried.
        var retriable = 0.0
        /// The probability that a marker is delivered in a step.
        var markers = 0.5
        /// `epoch.idle-timeout` in steps.
        var idleTimeout: Int64 = 200
        /// The steps after which the status idle is repeated.
        var again: Int64 = 1_000_000
        /// The steps after which the broker aborts a transaction, for each instance.
        var patience = 1_500
        /// Milliseconds of the wall clock per step.
        var wall: Int64 = 20
        /// The outbox size in bytes above which partitions wait.
        var outbox = 4_000
        /// The maximum number of records that a producer sends per step.
        var burst = 6
        /// The maximum size in bytes of a part of an epoch delta or a model.
        var part = Chunks.largest
        /// The number of members that an epoch opening visits between two commit points.
        var opening = Shard<KeyedTopics>.openingStep
        /// The steps between snapshots of a partition, and the number of members written between two commit points.
        var snapshots: Int64 = 100
        var snapshotStep = 4_096
        /// The initial maximum size of a transaction in bytes.
        var transaction = 1_500
    }

    var seed: UInt64
    var settings = Settings()
    /// The settings that clocks are checked against, even if a rule of the clock is left out.
    var clock = Settings.Fixed()
    var vocabulary: [[UInt8]] = []
    /// Whether the application was begun by the previous release, and takes the rules of this one with its first model.
    var takesRules = false
    /// The input by partition.
    var input: [[Arrival]] = []
    var isGrowing = false
    /// `epoch.future=allow`.
    var allowsFuture = false
    /// The initial wall clock time. With `.max / 2`, all input is in the past.
    var wallStart: Int64 = 0
    var rates = Rates()
    /// The faults and their steps.
    var faults: [(step: Int, fault: Fault)] = []
    /// The step after which faults stop.
    var faultSteps = 0
    /// The initial number of instances.
    var width = 1

    var partitions: Int { input.count }

    var genesis: Model {
        var model = Model.genesis(settings: settings, topics: vocabulary)
        if takesRules {
            model.rules = .previous
            model.settings.revision = 0
        }
        return model
    }
}

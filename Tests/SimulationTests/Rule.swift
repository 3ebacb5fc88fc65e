@testable import ShoalClustering
@testable import ShoalPipeline

/// A rule of the protocol that a run may leave out, to show that the simulation detects the consequences. The texts
/// describe the behaviour without the rule.
enum Rule: String, CaseIterable {
    // Clock
    case clockQuorum = "clock-quorum"
    case clockHalf = "clock-half"
    case clockMaxStep = "clock-max-step"
    case genesisHoldsNobodyUp = "genesis-holds-nobody-up"

    // Epochs
    case exactModel = "exact-model"
    case logClock = "log-clock"
    case sweepAll = "sweep-all"
    case caughtUpAtEnd = "caught-up-at-end"
    case endIsPosition = "end-is-position"
    case caughtUpAgain = "caught-up-again"
    case deltaResets = "delta-resets"
    case behind = "behind"
    case behindIsSilent = "behind-is-silent"
    case firstWord = "first-word"
    case deltasNumbered = "deltas-numbered"
    case startWaits = "start-waits"
    case startIsSmallest = "start-is-smallest"
    case startNotFuture = "start-not-future"
    case notFuture = "not-future"
    case idleAndCaughtUp = "idle-and-caught-up"
    case laterWait = "later-wait"
    case lateIncluded = "late-included"
    case emptyNotCounted = "empty-not-counted"
    case lineage = "lineage"
    case retiredSums = "retired-sums"
    case includedDeltas = "included-deltas"
    case oldestPending = "oldest-pending"
    case caughtUpKept = "caught-up-kept"

    // Transactions
    case ownGeneration = "own-generation"
    case knownGeneration = "known-generation"
    case groupCheck = "group-check"
    case fenceModels = "fence-models"
    case modelPhase = "model-phase"
    case positionsOfRecords = "positions-of-records"
    case marks = "marks"
    case boundHalves = "bound-halves"
    case keepOutbox = "keep-outbox"
    case readCommitted = "read-committed"
    case unknownIsAsked = "unknown-is-asked"
    case unknownIsNotDone = "unknown-is-not-done"
    case settleFirst = "settle-first"
    case equalIsResent = "equal-is-resent"
    case strangeIsLost = "strange-is-lost"
    case flushFirst = "flush-first"
    case lostIsVoid = "lost-is-void"
    case drainFirst = "drain-first"

    // Take-over
    case initFirst = "init-first"
    case stable = "stable"
    case positionsFirst = "positions-first"
    case modelsToHigh = "models-to-high"
    case deltasToHigh = "deltas-to-high"
    case readToPosition = "read-to-position"
    case phase = "phase"
    case forgotten = "forgotten"
    case forgottenWords = "forgotten-words"
    case holes = "holes"
    case genesisGone = "genesis-gone"
    case doubt = "doubt"

    // State
    case stateToHigh = "state-to-high"
    case stateWhole = "state-whole"
    case stateErased = "state-erased"
    case stateDelta = "state-delta"
    case stateClock = "state-clock"
    case stateIds = "state-ids"
    case stateNumber = "state-number"
    case stateCandidates = "state-candidates"
    case copyFirst = "copy-first"
    case membersAhead = "members-ahead"
    case laterDelta = "later-delta"
    case twoHeaders = "two-headers"

    /// The behaviour of a run without the rule.
    var text: String {
        switch self {
        case .clockQuorum: "a single viewer moves the clock"
        case .clockHalf: "the quorum moves the clock, however many viewers there are"
        case .clockMaxStep: "the clock moves any number of epochs at once"
        case .genesisHoldsNobodyUp: "a partition in genesis never says CaughtUp"
        case .exactModel: "the newest model at hand instead of the exact one"
        case .logClock: "a shard at the end of its partition closes by the wall clock"
        case .sweepAll: "the sweep looks at the new model only, not at all since the one before"
        case .caughtUpAtEnd: "CaughtUp is said by the clock, also before the end of the partition"
        case .endIsPosition: "the end is judged by the last message, not by the position behind control records"
        case .caughtUpAgain: "a shard that was taken over does not say CaughtUp again"
        case .deltaResets: "an epoch delta does not take CaughtUp back"
        case .behind: "a shard that is taken over with input left does not say Behind"
        case .behindIsSilent: "Behind counts as having spoken: the start does not wait for the first epoch delta"
        case .firstWord: "a shard without a committed position says Behind only if there is input left"
        case .deltasNumbered: "the coordinator does not look at the numbers of epoch deltas"
        case .startWaits: "the start is published at the first epoch delta"
        case .startIsSmallest: "the start lies before the largest first epoch"
        case .startNotFuture: "the start may lie beyond the wall clock"
        case .notFuture: "epochs are due that have not ended by the wall clock"
        case .idleAndCaughtUp: "the idle time-out alone makes an epoch due, caught up or not"
        case .laterWait: "deltas of later epochs are included at once"
        case .lateIncluded: "deltas of epochs that were published already are dropped"
        case .emptyNotCounted: "lifecycle counters count models without epoch deltas"
        case .lineage: "deltas of merged clusters are not carried over"
        case .retiredSums: "sums of a retired cluster are dropped at once"
        case .includedDeltas: "included deltas are not recorded: the coordinator resumes at its offset, nothing pending"
        case .oldestPending: "the coordinator resumes at the recorded offset, not at the oldest pending epoch delta"
        case .caughtUpKept: "the model does not record who is caught up"
        case .ownGeneration: "offsets are sent with the newest group metadata, not with that of the assignment"
        case .knownGeneration: "after the loss of the group, offsets are sent with generation -1 and no member id"
        case .groupCheck: "offsets are sent without any group metadata"
        case .fenceModels: "a transaction that holds only models commits no offsets"
        case .modelPhase: "the delta topic's committed position does not say which model was published last"
        case .positionsOfRecords: "offsets are those of the moment of sending, not those of the records"
        case .marks: "a transaction ends anywhere in the outbox, not at a mark"
        case .boundHalves: "a transaction takes the whole outbox, also after a time-out"
        case .keepOutbox: "an abort drops what the transaction held"
        case .readCommitted: "deltas are read uncommitted"
        case .unknownIsAsked: "a commit of unknown outcome is taken for aborted"
        case .unknownIsNotDone: "a commit of unknown outcome is taken for committed"
        case .settleFirst: "after an unknown outcome positions are read before init_transactions, and not stable"
        case .equalIsResent: "an unknown outcome with equal positions is taken for committed"
        case .strangeIsLost: "after an unknown outcome a strange position is taken for our own"
        case .flushFirst: "offsets are sent before the records are with the broker"
        case .lostIsVoid: "a partition that comes back after it was lost goes on with the state that it had"
        case .drainFirst: "a partition that is revoked is let go without committing what there is"
        case .initFirst: "partitions are taken over before init_transactions"
        case .stable: "committed positions are read without waiting for pending ones"
        case .positionsFirst: "high watermarks are asked for before the stable positions, and offsets sent early"
        case .modelsToHigh: "models are read up to the last stable offset only"
        case .deltasToHigh: "the coordinator goes on before it has read the deltas up to the high watermark"
        case .readToPosition: "a take-over waits for the last message before the watermark, not for the position"
        case .phase: "the committed phase is ignored: the replay stops at the offset"
        case .forgotten: "no committed position: the application starts again, whatever was published"
        case .forgottenWords: "no committed position: epoch deltas and models tell, CaughtUp and Behind do not"
        case .genesisGone: "a shard without a committed position waits for a genesis model that was deleted"
        case .holes: "what retention has deleted is passed over"
        case .stateToHigh: "a partition's state is read up to the last stable offset only"
        case .stateWhole: "a snapshot counts when it has begun, not when it is whole"
        case .stateErased: "a snapshot does not tell who is no more"
        case .stateDelta: "a snapshot without the open delta"
        case .stateClock: "a snapshot without the viewers of the clock"
        case .stateIds: "a snapshot without the ids for de-duplication"
        case .stateNumber: "a snapshot without the number of epoch deltas said so far"
        case .stateCandidates: "a snapshot without the candidates of the open epoch"
        case .copyFirst: "a member is changed before a snapshot under way has written it"
        case .membersAhead: "a restore applies every event to every member, also to those written by a later snapshot"
        case .laterDelta: "a restore does not take the open delta of the later snapshot whose members it has"
        case .twoHeaders: "a snapshot that begins overwrites the header of the last whole one"
        case .doubt: "a contradiction stops the process before it asks the group"
        }
    }

    /// The reason why the simulation cannot show the rule's effect; `nil` if it can.
    var cannotBeShown: String? {
        switch self {
        case .flushFirst:
            "high watermarks are asked for after the stable positions, which wait for the whole transaction: each rule alone is "
                + "enough, and positions-first shows what happens without both"
        case .initFirst:
            "the stable positions wait for the predecessor's transaction until the broker aborts it: it only takes longer"
        case .drainFirst: "what was not committed is computed again by the next owner: it only takes longer"
        case .deltasNumbered:
            "what retention deletes lies before the log's start, where the reader stops first: the numbers tell of a reader that "
                + "skips records"
        default: nil
        }
    }

    /// Changes the settings so that the rule is left out.
    func change(_ settings: inout Settings) {
        switch self {
        case .clockQuorum: settings.fixed.clockQuorum = 1
        case .clockMaxStep: settings.fixed.clockMaxStep = 1_000_000
        default: break
        }
    }

    /// Makes the situations that the rule handles more frequent.
    func emphasise(_ scenario: inout Scenario, _ draws: inout Draws) {
        // Messages are changed individually, so each must fit into one part.
        scenario.rates.part = Chunks.largest
        switch self {
        case .boundHalves:
            scenario.rates.patience = 40
            scenario.rates.burst = 1
        case .stateToHigh:
            scenario.rates.markers = 0.04
            scenario.rates.snapshots = 10
            scenario.rates.snapshotStep = 1
        case .deltasNumbered, .holes:
            scenario.faults.removeAll { $0.fault == .forget || $0.fault == .greedyRetention }
            let step = 1 + draws.below(max(scenario.faultSteps, 1_500))
            scenario.faultSteps = max(scenario.faultSteps, 1_500)
            scenario.faults.append((step, .greedyRetention))
            scenario.faults.sort { $0.step < $1.step }
        case .genesisGone:
            // The genesis model is deleted, and an instance without the coordinator starts from the initial state.
            scenario.width = 2
            scenario.faultSteps = 300
            let step = 30 + draws.below(60)
            scenario.faults = [(step, .greedyRetention), (step + draws.below(15), .crash(draws.below(2)))]
        case .forgotten, .forgottenWords, .firstWord:
            if self == .firstWord {
                scenario.isGrowing = true
                scenario.allowsFuture = false
                scenario.wallStart = Scenario.firstEpoch * scenario.settings.fixed.epochLength - 2_000
            }
            scenario.faults.removeAll { $0.fault == .forget || $0.fault == .greedyRetention }
            scenario.faultSteps = max(scenario.faultSteps, 1_500)
            scenario.faults.append((1 + draws.below(1_500), .forget))
            scenario.faults.sort { $0.step < $1.step }
        default: break
        }
        change(&scenario.settings)
    }
}

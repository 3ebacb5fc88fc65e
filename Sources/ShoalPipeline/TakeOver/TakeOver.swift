/// The steps of taking a partition over: a pure state machine. The caller carries out the returned action and reports
/// the answer. See "Taking a partition over" in docs/architecture.md.
public struct TakeOver: Sendable {
    /// The next action.
    public enum Action: Equatable, Sendable {
        /// Query the committed, stable position. An open transaction that holds one is waited for.
        case askPosition
        /// Query the high watermarks of models, deltas and, for an input partition, its state.
        case askWatermarks
        /// Read the model topic up to this offset. An open transaction is waited for.
        case readModels(through: Int64)
        /// Read the partition's state up to this offset, like the models.
        case readState(through: Int64)
        /// Search the delta topic up to the offset for a committed record of this partition (for the coordinator: of
        /// any partition).
        case searchDeltas(through: Int64)
        /// Query the coordinator's committed, stable position. It exists if the genesis model does.
        case askCoordinator
        /// Write the genesis model, because nothing was ever written.
        case writeGenesis
        /// Wait for the genesis model, then begin at the offset that it names.
        case begin
        /// Replay the input from the first offset without publishing, and stop at exactly this position.
        case replay(to: CommittedPosition)
        /// Load the last complete snapshot, replay the input from there without publishing, and stop at this position.
        case restore(to: CommittedPosition)
        /// Fold the delta topic up to the offset, from the oldest delta that the last model does not include.
        case fold(through: Int64, committed: CommittedPosition)
        /// The take-over is complete. `committed` is `nil` if no position was ever committed.
        case finish(committed: CommittedPosition?)
        case fail(MissingData)
    }

    /// The available state of a partition.
    public enum State: Equatable, Sendable {
        case nothing
        /// Some records, but no complete snapshot.
        case unfinished
        case snapshot
    }

    /// The outcome of the last action.
    public enum Answer: Equatable, Sendable {
        case position(CommittedPosition?)
        case watermarks(models: Int64, deltas: Int64, state: Int64)
        /// The number of model records without the genesis model, and whether the genesis model exists.
        case models(count: Int, hasGenesis: Bool)
        case state(State)
        case words(found: Bool)
        case done
    }

    /// Required data is missing. Processing must not continue.
    public enum MissingData: Error, Equatable, Sendable {
        /// Models or messages of the partition exist, but no committed position.
        case positionForgotten(AssignedPartition)
        /// A position is committed, but the required models are missing.
        case modelsGone(AssignedPartition)
        /// An answer that does not match the question.
        case confused
    }

    private enum Stage {
        case start
        case position
        case watermarks
        case models
        case state(count: Int, hasGenesis: Bool)
        case words(hasGenesis: Bool)
        case coordinator
        case genesisWatermarks
        case genesis
        case last
        case finished
    }

    public let part: AssignedPartition
    private var stage = Stage.start
    private var committed: CommittedPosition?
    private var deltas: Int64 = 0
    private var high: Int64 = 0

    public init(of part: AssignedPartition) {
        self.part = part
    }

    public mutating func begin() -> Action {
        go(.position, .askPosition)
    }

    public mutating func next(_ answer: Answer) -> Action {
        switch (stage, answer) {
        case (.position, .position(let position)):
            committed = position
            return go(.watermarks, .askWatermarks)
        case (.watermarks, .watermarks(let models, let deltas, let state)):
            (self.deltas, high) = (deltas, state)
            return go(.models, .readModels(through: models))
        case (.models, .models(let count, let hasGenesis)):
            guard part == .deltas else {
                return go(.state(count: count, hasGenesis: hasGenesis), .readState(through: high))
            }
            guard let committed else {
                // Nothing is written before the genesis model is committed.
                return search(isNew: count == 0 && !hasGenesis, hasGenesis)
            }
            // Continue from the last model.
            guard hasGenesis || count > 0 else { return go(.finished, .fail(.modelsGone(part))) }
            return go(.last, .fold(through: deltas, committed: committed))
        case (.state(let count, let hasGenesis), .state(let state)):
            guard let committed else {
                // A model needs a message of every partition, so there is none without a position.
                return search(isNew: count == 0 && state == .nothing, hasGenesis)
            }
            if state == .snapshot { return go(.last, .restore(to: committed)) }
            // Start from the beginning with the genesis model.
            guard hasGenesis else { return go(.finished, .fail(.modelsGone(part))) }
            return go(.last, .replay(to: committed))
        case (.words(let hasGenesis), .words(let found)):
            guard !found else { return go(.finished, .fail(.positionForgotten(part))) }
            if part == .deltas { return go(.last, .writeGenesis) }
            return hasGenesis ? go(.last, .begin) : go(.coordinator, .askCoordinator)
        case (.coordinator, .position(let position)):
            // The genesis model has not been written yet, or it was written after the models were read.
            return position == nil ? go(.last, .begin) : go(.genesisWatermarks, .askWatermarks)
        case (.genesisWatermarks, .watermarks(let models, _, _)):
            return go(.genesis, .readModels(through: models))
        case (.genesis, .models(_, let hasGenesis)):
            return hasGenesis ? go(.last, .begin) : go(.finished, .fail(.modelsGone(.deltas)))
        case (.last, .done):
            return go(.finished, .finish(committed: committed))
        default:
            return go(.finished, .fail(.confused))
        }
    }

    /// No position was ever committed, so nothing else may have been.
    private mutating func search(isNew: Bool, _ hasGenesis: Bool) -> Action {
        guard isNew else { return go(.finished, .fail(.positionForgotten(part))) }
        return go(.words(hasGenesis: hasGenesis), .searchDeltas(through: deltas))
    }

    private mutating func go(_ next: Stage, _ action: Action) -> Action {
        stage = next
        return action
    }
}

/// How a partition is taken over: a pure table of steps, in the order that loses nothing ("Taking a partition over" in
/// the design). What it returns is to be carried out, and the answer told to it.
public struct TakeOver: Sendable {
    /// What there is to do next.
    public enum Action: Equatable, Sendable {
        /// The committed position, stable: an open transaction that holds one is waited for.
        case askPosition
        /// The high watermarks of models, deltas and, of an input part, its state.
        case askWatermarks
        /// Read the model topic up to this offset, past the last stable offset: a hanging transaction is waited for.
        case readModels(through: Int64)
        /// Read the part's state up to this offset, as the models.
        case readState(through: Int64)
        /// Look for any committed record of this part in the delta topic up to the offset (of the coordinator: any at all).
        case searchWords(through: Int64)
        /// The coordinator's committed position, stable: it is there since the genesis model is.
        case askCoordinator
        /// Nothing was ever written: write the genesis model.
        case writeGenesis
        /// Wait for the genesis model, then begin at the offset that it names.
        case begin
        /// Read the input from the first offset, publishing nothing, and stop at exactly this position.
        case replay(to: CommittedPosition)
        /// Load the last snapshot that is whole, read the input from there, publishing nothing, and stop at this position.
        case restore(to: CommittedPosition)
        /// Fold the delta topic from the oldest closing that the last model does not include up to the offset.
        case fold(through: Int64, committed: CommittedPosition)
        /// It is ours. `committed` is nil where no position was ever committed.
        case finish(committed: CommittedPosition?)
        case fail(Hole)
    }

    /// What there is of a part's state.
    public enum State: Equatable, Sendable {
        case nothing
        /// Something, but no snapshot that is whole.
        case unfinished
        case snapshot
    }

    /// What came of the last action.
    public enum Answer: Equatable, Sendable {
        case position(CommittedPosition?)
        case watermarks(models: Int64, deltas: Int64, state: Int64)
        /// How many model records there are besides the genesis model, and whether that is there.
        case models(count: Int, hasGenesis: Bool)
        case state(State)
        case words(found: Bool)
        case done
    }

    /// Something that is needed is not there; never go on from it.
    public enum Hole: Error, Equatable, Sendable {
        /// Models or words of the part exist, but no committed position.
        case positionForgotten(Part)
        /// A position is committed, but the models it needs are gone.
        case modelsGone(Part)
        /// An answer that fits no question.
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

    public let part: Part
    private var stage = Stage.start
    private var committed: CommittedPosition?
    private var deltas: Int64 = 0
    private var high: Int64 = 0

    public init(of part: Part) {
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
                // Without the genesis model's commit nothing else was written.
                return search(isNew: count == 0 && !hasGenesis, hasGenesis)
            }
            // It goes on from the last model.
            guard hasGenesis || count > 0 else { return go(.finished, .fail(.modelsGone(part))) }
            return go(.last, .fold(through: deltas, committed: committed))
        case (.state(let count, let hasGenesis), .state(let state)):
            guard let committed else {
                // A model needs a word of every partition, so without a position there can be none.
                return search(isNew: count == 0 && state == .nothing, hasGenesis)
            }
            if state == .snapshot { return go(.last, .restore(to: committed)) }
            // From the beginning: with the genesis model.
            guard hasGenesis else { return go(.finished, .fail(.modelsGone(part))) }
            return go(.last, .replay(to: committed))
        case (.words(let hasGenesis), .words(let found)):
            guard !found else { return go(.finished, .fail(.positionForgotten(part))) }
            if part == .deltas { return go(.last, .writeGenesis) }
            return hasGenesis ? go(.last, .begin) : go(.coordinator, .askCoordinator)
        case (.coordinator, .position(let position)):
            // Either it is still to be written, or it was, and perhaps after the models were read.
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

    /// No position was ever committed: then nothing else was.
    private mutating func search(isNew: Bool, _ hasGenesis: Bool) -> Action {
        guard isNew else { return go(.finished, .fail(.positionForgotten(part))) }
        return go(.words(hasGenesis: hasGenesis), .searchWords(through: deltas))
    }

    private mutating func go(_ next: Stage, _ action: Action) -> Action {
        stage = next
        return action
    }
}

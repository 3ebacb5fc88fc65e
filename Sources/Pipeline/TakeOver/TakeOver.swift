/// How a partition is taken over: a pure table of steps, in the order that loses nothing ("Taking a partition over" in
/// the design). What it returns is to be carried out, and the answer told to it.
public struct TakeOver: Sendable {
    /// What there is to do next.
    public enum Action: Equatable, Sendable {
        /// The committed position, stable: an open transaction that holds one is waited for.
        case askPosition
        /// The high watermarks of models and deltas, and their first offsets.
        case askWatermarks
        /// Read the model topic up to this offset, past the last stable offset: a hanging transaction is waited for.
        case readModels(through: Int64)
        /// Look for any committed record of this part in the delta topic up to the offset (of the coordinator: any at all).
        case searchWords(through: Int64)
        /// Nothing was ever written: write the genesis model.
        case writeGenesis
        /// Wait for the genesis model, then begin at the offset that it names.
        case begin
        /// Read the input from the first offset, publishing nothing, and stop at exactly this position.
        case replay(to: CommittedPosition)
        /// Fold the delta topic from the oldest closing that the last model does not include up to the offset.
        case fold(through: Int64, committed: CommittedPosition)
        /// It is ours. `committed` is nil where no position was ever committed.
        case finish(committed: CommittedPosition?)
        case fail(Hole)
    }

    /// What came of the last action.
    public enum Answer: Equatable, Sendable {
        case position(CommittedPosition?)
        case watermarks(models: Int64, deltas: Int64)
        /// How many model records there are besides the genesis model, and whether that is there.
        case models(count: Int, hasGenesis: Bool)
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

    private enum State {
        case start
        case position
        case watermarks
        case models
        case words
        case last
        case finished
    }

    public let part: Part
    private var state = State.start
    private var committed: CommittedPosition?
    private var deltas: Int64 = 0

    public init(of part: Part) {
        self.part = part
    }

    public mutating func begin() -> Action {
        go(.position, .askPosition)
    }

    public mutating func next(_ answer: Answer) -> Action {
        switch (state, answer) {
        case (.position, .position(let position)):
            committed = position
            return go(.watermarks, .askWatermarks)
        case (.watermarks, .watermarks(let models, let deltas)):
            self.deltas = deltas
            return go(.models, .readModels(through: models))
        case (.models, .models(let count, let hasGenesis)):
            if let committed {
                // A coordinator goes on from the last model; a shard's replay begins with the genesis model.
                let hasNeeded = hasGenesis || part == .deltas && count > 0
                guard hasNeeded else { return go(.finished, .fail(.modelsGone(part))) }
                return go(
                    .last, part == .deltas ? .fold(through: deltas, committed: committed) : .replay(to: committed))
            }
            // A model needs a word of every partition, so without a position there can be none; and without the genesis
            // model's commit nothing else was written.
            let expected = part != .deltas || !hasGenesis
            guard count == 0, expected else { return go(.finished, .fail(.positionForgotten(part))) }
            return go(.words, .searchWords(through: deltas))
        case (.words, .words(let found)):
            guard !found else { return go(.finished, .fail(.positionForgotten(part))) }
            return go(.last, part == .deltas ? .writeGenesis : .begin)
        case (.last, .done):
            return go(.finished, .finish(committed: committed))
        default:
            return go(.finished, .fail(.confused))
        }
    }

    private mutating func go(_ next: State, _ action: Action) -> Action {
        state = next
        return action
    }
}

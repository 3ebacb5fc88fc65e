import Testing

@testable import ShoalPipeline

@Suite("Take-over of a partition")
struct TakeOverTests {
    private let position = CommittedPosition(offset: 5, metadata: "v1;open=1")

    private func afterModels(
        _ part: AssignedPartition, _ committed: CommittedPosition?, models: Int, hasGenesis: Bool,
        state: TakeOver.State = .nothing
    ) -> (TakeOver, TakeOver.Action) {
        var takeOver = TakeOver(of: part)
        let first = takeOver.begin()
        #expect(first == .askPosition)
        #expect(takeOver.next(.position(committed)) == .askWatermarks, "positions before watermarks")
        #expect(takeOver.next(.watermarks(models: 30, deltas: 40, state: 50)) == .readModels(through: 30))
        var action = takeOver.next(.models(count: models, hasGenesis: hasGenesis))
        if part != .deltas {
            #expect(action == .readState(through: 50))
            action = takeOver.next(.state(state))
        }
        return (takeOver, action)
    }

    @Test("a committed shard replays its input to exactly the committed position")
    func shard() {
        var (takeOver, action) = afterModels(.input(1), position, models: 3, hasGenesis: true)
        #expect(action == .replay(to: position))
        #expect(takeOver.next(.done) == .finish(committed: position))
    }

    @Test("a shard resumes from its snapshot, even if the genesis model is deleted")
    func snapshot() {
        for hasGenesis in [true, false] {
            let (_, action) = afterModels(.input(1), position, models: 3, hasGenesis: hasGenesis, state: .snapshot)
            #expect(action == .restore(to: position))
        }
        let (_, unfinished) = afterModels(.input(1), position, models: 3, hasGenesis: true, state: .unfinished)
        #expect(unfinished == .replay(to: position))
    }

    @Test("a state without a committed position means missing data", arguments: [TakeOver.State.unfinished, .snapshot])
    func stateWithoutPosition(state: TakeOver.State) {
        let part = AssignedPartition.input(0)
        let (_, action) = afterModels(part, nil, models: 0, hasGenesis: true, state: state)
        #expect(action == .fail(.positionForgotten(part)))
    }

    @Test("a committed coordinator folds the delta topic up to the high watermark")
    func coordinator() {
        let (_, action) = afterModels(.deltas, position, models: 0, hasGenesis: true)
        #expect(action == .fold(through: 40, committed: position))
    }

    @Test("an application starts with the genesis model, and a new shard waits for it")
    func genesis() {
        var (takeOver, action) = afterModels(.deltas, nil, models: 0, hasGenesis: false)
        #expect(action == .searchDeltas(through: 40))
        #expect(takeOver.next(.words(found: false)) == .writeGenesis)
        var (shard, search) = afterModels(.input(0), nil, models: 0, hasGenesis: true)
        #expect(search == .searchDeltas(through: 40))
        #expect(shard.next(.words(found: false)) == .begin)
        #expect(shard.next(.done) == .finish(committed: nil))
    }

    @Test("a new shard waits for the genesis model only if none was ever written")
    func genesisToCome() {
        let part = AssignedPartition.input(0)
        func afterWords() -> TakeOver {
            var (shard, search) = afterModels(part, nil, models: 0, hasGenesis: false)
            #expect(search == .searchDeltas(through: 40))
            #expect(shard.next(.words(found: false)) == .askCoordinator)
            return shard
        }
        var first = afterWords()
        #expect(first.next(.position(nil)) == .begin)
        // The genesis model was written, either after the models were read, or before and was then deleted.
        for hasGenesis in [true, false] {
            var shard = afterWords()
            #expect(shard.next(.position(position)) == .askWatermarks, "positions before watermarks")
            #expect(shard.next(.watermarks(models: 31, deltas: 41, state: 51)) == .readModels(through: 31))
            let action = shard.next(.models(count: 0, hasGenesis: hasGenesis))
            #expect(action == (hasGenesis ? .begin : .fail(.modelsGone(.deltas))))
        }
    }

    @Test(
        "a deleted position means missing data, not a new application",
        arguments: [AssignedPartition.input(0), .deltas])
    func forgotten(part: AssignedPartition) {
        #expect(afterModels(part, nil, models: 1, hasGenesis: true).1 == .fail(.positionForgotten(part)))
        var (takeOver, _) = afterModels(part, nil, models: 0, hasGenesis: part != .deltas)
        #expect(takeOver.next(.words(found: true)) == .fail(.positionForgotten(part)))
    }

    @Test("the genesis model without the coordinator's position means missing data")
    func genesisWithoutPosition() {
        #expect(afterModels(.deltas, nil, models: 0, hasGenesis: true).1 == .fail(.positionForgotten(.deltas)))
    }

    @Test("a position without models means missing data")
    func modelsGone() {
        #expect(afterModels(.deltas, position, models: 0, hasGenesis: false).1 == .fail(.modelsGone(.deltas)))
    }

    @Test("without the genesis model a shard cannot replay, but a coordinator resumes from the last model")
    func genesisGone() {
        let part = AssignedPartition.input(0)
        #expect(afterModels(part, position, models: 3, hasGenesis: false).1 == .fail(.modelsGone(part)))
        #expect(
            afterModels(.deltas, position, models: 3, hasGenesis: false).1 == .fold(through: 40, committed: position))
    }
}

import Testing

@testable import Pipeline

@Suite("Taking a partition over")
struct TakeOverTests {
    private let position = CommittedPosition(offset: 5, metadata: "v1;open=1")

    private func afterModels(
        _ part: Part, _ committed: CommittedPosition?, models: Int, hasGenesis: Bool
    ) -> (TakeOver, TakeOver.Action) {
        var takeOver = TakeOver(of: part)
        let first = takeOver.begin()
        #expect(first == .askPosition)
        #expect(takeOver.next(.position(committed)) == .askWatermarks, "positions before watermarks")
        #expect(takeOver.next(.watermarks(models: 30, deltas: 40)) == .readModels(through: 30))
        let action = takeOver.next(.models(count: models, hasGenesis: hasGenesis))
        return (takeOver, action)
    }

    @Test("a committed shard replays its input to exactly that position")
    func shard() {
        var (takeOver, action) = afterModels(.input(1), position, models: 3, hasGenesis: true)
        #expect(action == .replay(to: position))
        #expect(takeOver.next(.done) == .finish(committed: position))
    }

    @Test("a committed coordinator folds the delta topic up to the high watermark")
    func coordinator() {
        let (_, action) = afterModels(.deltas, position, models: 0, hasGenesis: true)
        #expect(action == .fold(through: 40, committed: position))
    }

    @Test("an application begins with the genesis model, and a new shard waits for it")
    func genesis() {
        var (takeOver, action) = afterModels(.deltas, nil, models: 0, hasGenesis: false)
        #expect(action == .searchWords(through: 40))
        #expect(takeOver.next(.words(found: false)) == .writeGenesis)
        var (shard, search) = afterModels(.input(0), nil, models: 0, hasGenesis: true)
        #expect(search == .searchWords(through: 40))
        #expect(shard.next(.words(found: false)) == .begin)
        #expect(shard.next(.done) == .finish(committed: nil))
    }

    @Test("a forgotten position is a hole, never a new beginning", arguments: [Part.input(0), .deltas])
    func forgotten(part: Part) {
        #expect(afterModels(part, nil, models: 1, hasGenesis: true).1 == .fail(.positionForgotten(part)))
        var (takeOver, _) = afterModels(part, nil, models: 0, hasGenesis: part != .deltas)
        #expect(takeOver.next(.words(found: true)) == .fail(.positionForgotten(part)))
    }

    @Test("the genesis model without the coordinator's position is a hole")
    func genesisWithoutPosition() {
        #expect(afterModels(.deltas, nil, models: 0, hasGenesis: true).1 == .fail(.positionForgotten(.deltas)))
    }

    @Test("a position without models is a hole")
    func modelsGone() {
        #expect(afterModels(.deltas, position, models: 0, hasGenesis: false).1 == .fail(.modelsGone(.deltas)))
    }

    @Test("without the genesis model a shard cannot replay, but a coordinator goes on from the last model")
    func genesisGone() {
        let part = Part.input(0)
        #expect(afterModels(part, position, models: 3, hasGenesis: false).1 == .fail(.modelsGone(part)))
        #expect(
            afterModels(.deltas, position, models: 3, hasGenesis: false).1 == .fold(through: 40, committed: position))
    }
}

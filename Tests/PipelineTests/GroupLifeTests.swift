import Testing

@testable import ShoalPipeline

@Suite("Lifecycle of a group member")
struct GroupLifeTests {
    private typealias Step = (event: GroupLife.Event, action: GroupLife.Action)

    /// Feeds a sequence of events to `GroupLife`, and compares each action with the expected one.
    private func walk(_ steps: [Step], sourceLocation: SourceLocation = #_sourceLocation) {
        var life = GroupLife()
        #expect(life.begin() == .prepare, "init_transactions before anything else", sourceLocation: sourceLocation)
        for (index, step) in (Self.joined + steps).enumerated() {
            #expect(
                life.next(step.event) == step.action, "step \(index), \(step.event)", sourceLocation: sourceLocation)
        }
    }

    private static let joined: [Step] = [(.done, .join), (.done, .wait)]
    private static let working: [Step] = [(.assigned(isEmpty: false), .work), (.done, .wait)]
    private static let rejoins: [Step] = [(.done, .prepare), (.done, .leave), (.done, .join), (.done, .wait)]

    @Test("revoked partitions are drained and committed before they are released")
    func revoked() {
        walk(
            Self.working + [
                (.revoked(isLost: false), .drain), (.ended(.drained), .release), (.done, .wait),
                (.assigned(isEmpty: false), .work),
            ])
    }

    @Test(
        "partitions that cannot be drained are aborted before they are released",
        arguments: [.lost, .failed(isFinal: true)] as [GroupLife.Ending])
    func undrained(ending: GroupLife.Ending) {
        walk(
            Self.working + [
                (.revoked(isLost: false), .drain), (.ended(ending), .abandon), (.done, .release), (.done, .wait),
            ])
    }

    @Test("lost partitions are discarded without a commit")
    func lost() {
        walk(
            Self.working + [
                (.revoked(isLost: true), .cancel), (.ended(.lost), .abandon), (.done, .release), (.done, .wait),
            ])
    }

    @Test("an instance that has lost its place returns with a new producer and a new membership")
    func rejoins() {
        walk(Self.working + [(.ended(.lost), .abandon)] + Self.rejoins)
    }

    @Test("an expelled instance returns with a new membership, with and without work")
    func expelled() {
        walk([(.expelled, .prepare)] + Self.rejoins.dropFirst())
        walk(Self.working + [(.expelled, .cancel), (.ended(.lost), .abandon)] + Self.rejoins)
    }

    @Test("a contradiction is an error only if the group confirms the ownership")
    func doubt() {
        let failed: Step = (.ended(.failed(isFinal: true)), .ask)
        walk(Self.working + [failed, (.answered(isOurs: false), .abandon)] + Self.rejoins)
        walk(Self.working + [failed, (.answered(isOurs: true), .leave), (.done, .exit)])
    }

    @Test("a temporary error restarts the lifecycle")
    func passing() {
        let failed: Step = (.ended(.failed(isFinal: false)), .ask)
        walk(Self.working + [failed, (.answered(isOurs: true), .abandon)] + Self.rejoins)
    }

    @Test("a duplicate instance ends the process, even while it drains")
    func duplicateInstance() {
        walk(Self.working + [(.ended(.duplicateInstance), .leave), (.done, .exit)])
        walk(Self.working + [(.revoked(isLost: false), .drain), (.ended(.duplicateInstance), .leave), (.done, .exit)])
    }

    @Test("stopping drains, leaves and ends, and only leaves without work")
    func stop() {
        walk(Self.working + [(.stop, .drain), (.ended(.drained), .leave), (.done, .exit)])
        walk(Self.working + [(.stop, .drain), (.ended(.lost), .abandon), (.done, .leave), (.done, .exit)])
        walk([(.stop, .leave), (.done, .exit)])
    }

    @Test("an empty assignment is acknowledged, and the instance waits")
    func nothing() {
        walk([(.assigned(isEmpty: true), .acknowledge), (.done, .wait), (.revoked(isLost: false), .release)])
    }

    @Test("a failure outside the work discards the work and leaves the group")
    func failure() {
        walk(
            Self.working + [
                (.failed, .cancel), (.ended(.lost), .abandon), (.done, .leave), (.done, .exit),
            ])
        walk([(.failed, .leave), (.done, .exit)])
    }
}

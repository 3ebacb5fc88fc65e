import Testing

@testable import Pipeline

@Suite("An instance's life in its group")
struct GroupLifeTests {
    private typealias Step = (event: GroupLife.Event, action: GroupLife.Action)

    /// Walks through events, and holds each action against the expected one.
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

    @Test("revoked is drained, committed, and only then let go")
    func revoked() {
        walk(
            Self.working + [
                (.revoked(isLost: false), .drain), (.ended(.drained), .release), (.done, .wait),
                (.assigned(isEmpty: false), .work),
            ])
    }

    @Test(
        "what could not be drained is aborted before it is let go",
        arguments: [.lost, .failed(isFinal: true)] as [GroupLife.Ending])
    func undrained(ending: GroupLife.Ending) {
        walk(
            Self.working + [
                (.revoked(isLost: false), .drain), (.ended(ending), .abandon), (.done, .release), (.done, .wait),
            ])
    }

    @Test("lost is thrown away without a commit")
    func lost() {
        walk(
            Self.working + [
                (.revoked(isLost: true), .cancel), (.ended(.lost), .abandon), (.done, .release), (.done, .wait),
            ])
    }

    @Test("whoever finds himself outside comes back with a new producer and a new membership")
    func rejoins() {
        walk(Self.working + [(.ended(.lost), .abandon)] + Self.rejoins)
    }

    @Test("whoever the group does not know any more comes back with a new membership, with work and without")
    func expelled() {
        walk([(.expelled, .prepare)] + Self.rejoins.dropFirst())
        walk(Self.working + [(.expelled, .cancel), (.ended(.lost), .abandon)] + Self.rejoins)
    }

    @Test("a contradiction is checked against the group, and is no error for somebody who is no longer in charge")
    func doubt() {
        let failed: Step = (.ended(.failed(isFinal: true)), .ask)
        walk(Self.working + [failed, (.answered(isOurs: false), .abandon)] + Self.rejoins)
        walk(Self.working + [failed, (.answered(isOurs: true), .leave), (.done, .exit)])
    }

    @Test("an error that passes begins anew")
    func passing() {
        let failed: Step = (.ended(.failed(isFinal: false)), .ask)
        walk(Self.working + [failed, (.answered(isOurs: true), .abandon)] + Self.rejoins)
    }

    @Test("a twin ends it, also while it drains")
    func twin() {
        walk(Self.working + [(.ended(.twin), .leave), (.done, .exit)])
        walk(Self.working + [(.revoked(isLost: false), .drain), (.ended(.twin), .leave), (.done, .exit)])
    }

    @Test("stopping drains, leaves, and ends; without work it only leaves")
    func stop() {
        walk(Self.working + [(.stop, .drain), (.ended(.drained), .leave), (.done, .exit)])
        walk(Self.working + [(.stop, .drain), (.ended(.lost), .abandon), (.done, .leave), (.done, .exit)])
        walk([(.stop, .leave), (.done, .exit)])
    }

    @Test("an assignment of nothing is acknowledged, and waited on")
    func nothing() {
        walk([(.assigned(isEmpty: true), .acknowledge), (.done, .wait), (.revoked(isLost: false), .release)])
    }

    @Test("a failure outside of the work throws the work away and leaves")
    func failure() {
        walk(
            Self.working + [
                (.failed, .cancel), (.ended(.lost), .abandon), (.done, .leave), (.done, .exit),
            ])
        walk([(.failed, .leave), (.done, .exit)])
    }
}

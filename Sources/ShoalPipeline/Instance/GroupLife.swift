/// The life cycle of an instance in its group: a pure state machine. The caller carries out the returned action and
/// reports the outcome.
///
/// Rules: `init_transactions` precedes the first take-over. Revoked partitions are drained and committed; lost ones are
/// discarded. Missing data or a contradiction is not an error if the instance has lost its assignment.
public struct GroupLife: Sendable {
    public enum Action: Equatable, Sendable {
        /// Prepare a producer for transactions; expects `done`.
        case prepare
        /// Join the group; expects `done`.
        case join
        /// Wait for a group event, the end of the work, or a stop request.
        case wait
        /// Acknowledge an empty assignment; expects `done`.
        case acknowledge
        /// Acknowledge the assignment and start the work with the current group metadata; expects `done`.
        case work
        /// Stop the intake and commit pending output within `shutdown.timeout`; expects `ended`.
        case drain
        /// Discard the work; expects `ended`.
        case cancel
        /// Abort the transaction that may be open; expects `done`.
        case abandon
        /// Acknowledge the revocation, so that the group can reassign the partitions; expects `done`.
        case release
        /// Ask whether the group still assigns the partitions to this instance; expects `answered`.
        case ask
        /// Leave the group; expects `done`.
        case leave
        /// The instance has ended.
        case exit
    }

    public enum Event: Equatable, Sendable {
        /// The action was carried out.
        case done
        case assigned(isEmpty: Bool)
        case revoked(isLost: Bool)
        /// The group no longer knows the member. Only a new member can continue.
        case expelled
        /// The work has ended completely.
        case ended(Ending)
        case answered(isOurs: Bool)
        /// The instance is to stop.
        case stop
        /// An error outside the work that waiting does not resolve.
        case failed
    }

    /// The outcome of the work on an assignment.
    public enum Ending: Equatable, Sendable {
        /// Everything was committed.
        case drained
        /// The partitions belong to another instance, or the work was cancelled. Uncommitted output is void.
        case lost
        /// Another process uses this instance's id.
        case duplicateInstance
        /// An error. `isFinal` means that retrying does not help.
        case failed(isFinal: Bool)
    }

    private enum State: Equatable {
        case start
        case preparing(Next)
        case joining
        /// In the group, without work.
        case idle
        case working
        /// The work is ending.
        case ending(Next)
        case abandoning(Next)
        case releasing
        case asking(isFinal: Bool)
        case leaving(Next)
        case exited
    }

    /// The action after the work has ended.
    private enum Next: Equatable {
        case release
        case rejoin
        case exit
    }

    private var state = State.start

    public init() {}

    public mutating func begin() -> Action {
        go(.preparing(.release), .prepare)
    }

    /// Returns the next action. An unexpected event changes nothing.
    public mutating func next(_ event: Event) -> Action {
        switch (state, event) {
        case (.preparing(.rejoin), .done): return go(.leaving(.rejoin), .leave)
        case (.preparing, .done), (.leaving(.rejoin), .done): return go(.joining, .join)
        case (.joining, .done), (.releasing, .done): return go(.idle, .wait)

        case (.idle, .done): return .wait
        case (.idle, .assigned(isEmpty: true)): return .acknowledge
        case (.idle, .assigned(isEmpty: false)): return go(.working, .work)
        case (.idle, .revoked): return go(.releasing, .release)
        case (.idle, .expelled): return go(.preparing(.rejoin), .prepare)
        case (.idle, .stop): return go(.leaving(.exit), .leave)

        case (.working, .revoked(isLost: false)): return go(.ending(.release), .drain)
        case (.working, .revoked(isLost: true)): return go(.ending(.release), .cancel)
        case (.working, .expelled): return go(.ending(.rejoin), .cancel)
        case (.working, .stop): return go(.ending(.exit), .drain)
        case (.working, .failed): return go(.ending(.exit), .cancel)
        case (.working, .ended(.drained)): return go(.idle, .wait)
        case (.working, .ended(.duplicateInstance)): return go(.leaving(.exit), .leave)
        case (.working, .ended(.lost)): return go(.abandoning(.rejoin), .abandon)
        case (.working, .ended(.failed(let isFinal))): return go(.asking(isFinal: isFinal), .ask)
        case (.working, _): return .wait

        case (.ending, .ended(.duplicateInstance)): return go(.leaving(.exit), .leave)
        case (.ending(let next), .ended(.drained)): return after(next)
        case (.ending(let next), .ended): return go(.abandoning(next), .abandon)
        case (.abandoning(let next), .done): return after(next)
        case (.asking(isFinal: true), .answered(isOurs: true)): return go(.leaving(.exit), .leave)
        case (.asking, .answered): return go(.abandoning(.rejoin), .abandon)

        case (.leaving, .done): return go(.exited, .exit)
        case (.exited, _): return .exit
        case (_, .failed): return go(.leaving(.exit), .leave)
        default: return .wait
        }
    }

    private mutating func after(_ next: Next) -> Action {
        switch next {
        case .release: go(.releasing, .release)
        case .rejoin: go(.preparing(.rejoin), .prepare)
        case .exit: go(.leaving(.exit), .leave)
        }
    }

    private mutating func go(_ next: State, _ action: Action) -> Action {
        state = next
        return action
    }
}

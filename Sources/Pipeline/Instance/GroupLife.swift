/// How an instance lives in its group: a pure table of states. What it returns is to be carried out, and what came of it
/// told to it.
///
/// The rules: `init_transactions` comes before the first take-over; revoked means drained and committed, lost means
/// thrown away; a hole or a contradiction met by somebody who is no longer in charge is no error.
public struct GroupLife: Sendable {
    public enum Action: Equatable, Sendable {
        /// A producer that is ready for transactions; to be told `done`.
        case prepare
        /// Join the group; to be told `done`.
        case join
        /// Wait for an event of the group, for the end of the work, or for the wish to stop.
        case wait
        /// Acknowledge an assignment of nothing; to be told `done`.
        case acknowledge
        /// Acknowledge the assignment, and begin to work with the metadata of this moment; to be told `done`.
        case work
        /// Stop the intake and commit what there is, within `shutdown.timeout`; to be told `ended`.
        case drain
        /// Throw the work away; to be told `ended`.
        case cancel
        /// Abort the transaction that may be open; to be told `done`.
        case abandon
        /// Acknowledge the revocation: the group may give the partitions to others; to be told `done`.
        case release
        /// Ask whether the group still counts the assignment as ours; to be told `answered`.
        case ask
        /// Leave the group; to be told `done`.
        case leave
        /// The end.
        case exit
    }

    public enum Event: Equatable, Sendable {
        /// The action was carried out.
        case done
        case assigned(isEmpty: Bool)
        case revoked(isLost: Bool)
        /// The group does not know us any more, and only a new membership helps.
        case expelled
        /// Nothing of the work is left.
        case ended(Ending)
        case answered(isOurs: Bool)
        /// The instance is to stop.
        case stop
        /// An error outside of the work that no waiting cures.
        case failed
    }

    /// How the work on an assignment ended.
    public enum Ending: Equatable, Sendable {
        /// All was committed.
        case drained
        /// The partitions are somebody else's, or it was cancelled: what was not committed is void.
        case lost
        /// Another process uses this instance's id.
        case twin
        /// An error; `isFinal`: going on by itself would not help.
        case failed(isFinal: Bool)
    }

    private enum State: Equatable {
        case start
        case preparing(Next)
        case joining
        /// In the group, without work.
        case idle
        case working
        /// The work is being ended.
        case ending(Next)
        case abandoning(Next)
        case releasing
        case asking(isFinal: Bool)
        case leaving(Next)
        case exited
    }

    /// What follows.
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

    /// What is to be done now. An event that fits no question changes nothing.
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
        case (.working, .ended(.twin)): return go(.leaving(.exit), .leave)
        case (.working, .ended(.lost)): return go(.abandoning(.rejoin), .abandon)
        case (.working, .ended(.failed(let isFinal))): return go(.asking(isFinal: isFinal), .ask)
        case (.working, _): return .wait

        case (.ending, .ended(.twin)): return go(.leaving(.exit), .leave)
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

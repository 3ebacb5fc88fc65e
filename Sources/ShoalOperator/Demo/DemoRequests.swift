import Synchronization

/// What viewers of the demo's page have asked for with its buttons, until the publisher does it.
final class DemoRequests: Sendable {
    enum Request {
        /// A group of new viewers. The number is that of their taste in `DemoScenario.moreThemes`.
        case taste(Int)
        /// The erasure of a viewer.
        case erasure
    }

    struct Refused: Error {
        var reason: String
    }

    private struct State {
        var waiting: [Request] = []
        var tastes = 0
        var isOver = false
    }

    /// The most requests that wait.
    private static let most = 100

    private let state = Mutex(State())

    /// Returns the taste that will appear.
    func addTaste() throws(Refused) -> DemoScenario.Theme {
        try add { (state: inout State) throws(Refused) in
            guard state.tastes < DemoScenario.moreThemes.count else {
                throw Refused(reason: "all tastes of the demo have appeared")
            }
            defer { state.tastes += 1 }
            state.waiting.append(.taste(state.tastes))
            return DemoScenario.moreThemes[state.tastes]
        }
    }

    func addErasure() throws(Refused) {
        try add { (state: inout State) throws(Refused) in state.waiting.append(.erasure) }
    }

    private func add<Value>(_ change: (inout State) throws(Refused) -> Value) throws(Refused) -> Value {
        let result = state.withLock { state -> Result<Value, Refused> in
            guard !state.isOver else { return .failure(Refused(reason: "the demo's events are over")) }
            guard state.waiting.count < Self.most else { return .failure(Refused(reason: "too many requests wait")) }
            do throws(Refused) {
                return .success(try change(&state))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Returns the requests since the last call.
    func take() -> [Request] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    /// Takes no further requests.
    func end() { state.withLock { $0.isOver = true } }
}

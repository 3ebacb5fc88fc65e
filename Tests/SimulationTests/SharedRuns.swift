import Synchronization

/// Consecutive seeds that several threads process: a number of them, or until the time is over.
final class SharedRuns: Sendable {
    private struct State {
        var next: UInt64
        var runs = 0
        var failures: [(seed: UInt64, finding: String)] = []
        var faults: [String: Int] = [:]
    }

    private let state: Mutex<State>
    enum Amount {
        case runs(UInt64)
        case seconds(Double)
    }

    private let amount: Amount
    private let first: UInt64
    private let mostFailures: Int

    init(first: UInt64, _ amount: Amount, mostFailures: Int) {
        state = Mutex(State(next: first))
        (self.first, self.amount) = (first, amount)
        self.mostFailures = mostFailures
    }

    var result: (runs: Int, failures: [(seed: UInt64, finding: String)]) { state.withLock { ($0.runs, $0.failures) } }

    /// The number of occurrences of each fault.
    var faults: String {
        let faults = state.withLock { $0.faults }
        return faults.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }

    func go() {
        // The time starts here, because a thread may become available late when other tests are running.
        let start = ContinuousClock.now
        while true {
            let seed: UInt64? = state.withLock { state in
                guard state.failures.count < mostFailures, isLeft(state.next, since: start) else { return nil }
                state.next += 1
                return state.next - 1
            }
            guard let seed else { return }
            let run = Run(seed: seed)
            let finding = run.finding()
            state.withLock { state in
                state.runs += 1
                if let finding { state.failures.append((seed, finding)) }
                for (_, fault) in run.scenario.faults { state.faults[Self.name(fault), default: 0] += 1 }
            }
        }
    }

    private func isLeft(_ seed: UInt64, since start: ContinuousClock.Instant) -> Bool {
        switch amount {
        case .runs(let count): seed < first + count
        case .seconds(let seconds): ContinuousClock.now - start < .seconds(seconds)
        }
    }

    private static func name(_ fault: Scenario.Fault) -> String {
        String("\(fault)".prefix { $0.isLetter })
    }
}

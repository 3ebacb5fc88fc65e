extension WatchStream {
    /// An operation that takes several epochs.
    struct RunningOperation: Sendable {
        var action: DriftScript.Action
        var begins: Int
        /// The first epoch in which the operation is complete.
        var completes: Int
        /// The core that two archetypes converge to.
        var core: [Int] = []
    }

    /// The viewers of an operation that is not yet detectable, and the number of them that make it so.
    struct PendingOperation: Sendable {
        var viewers: [Int32]
        var needed: Int
    }

    /// Applies the script's steps of the epoch that begins.
    mutating func runScript() {
        population.forgetChanged()
        while let step = steps.first, step.epoch <= epoch {
            steps.removeFirst()
            begin(step.action)
        }
        for change in changing { go(change) }
        changing.removeAll { $0.completes <= epoch }
    }

    private mutating func begin(_ action: DriftScript.Action) {
        var operation = ScriptedOperation(action: action, archetypes: [], begins: epoch, completes: epoch)
        switch action {
        case .birth(let share, let like):
            let added = like.map { archetypes.add(like: $0, &scriptDraws) } ?? archetypes.add(&scriptDraws)
            let viewers = max(Int(share * Double(shape.viewers)), 1)
            population.add(viewers, of: added, shape, leastRate: 0.5, &scriptDraws)
            operation.archetypes = [added]
            wait(for: (population.count - viewers)..<population.count, needed: leastGroup)
        case .split(let archetype):
            let added = archetypes.add(like: archetype, &scriptDraws)
            let turned = turn(archetype) { $0.chance(0.5) ? added : archetype }
            operation.archetypes = [archetype, added]
            wait(for: turned, needed: leastGroup)
        case .converge(let first, let second, let epochs):
            let half = shape.coreTopics / 2
            let cores = archetypes.cores
            changing.append(
                RunningOperation(
                    action: action, begins: epoch, completes: epoch + epochs,
                    core: Array(cores[first].prefix(half)) + cores[second].prefix(shape.coreTopics - half)))
            operation.archetypes = [first, second]
            operation.completes = epoch + epochs - 1
        case .silence(let archetype):
            turn(archetype) { _ in nil }
            operation.archetypes = [archetype]
        case .scatter(let archetype, let others):
            let turned = turn(archetype) { others[$0.below(others.count)] }
            operation.archetypes = [archetype]
            wait(for: turned, needed: turned.count / 2)
        case .wander(let archetype, let every):
            let last = epoch + every * (shape.coreTopics - 1)
            changing.append(RunningOperation(action: action, begins: epoch, completes: last + 1))
            operation.archetypes = [archetype]
            operation.completes = last
        case .viral(_, _, let epochs):
            changing.append(RunningOperation(action: action, begins: epoch, completes: epoch + epochs))
            operation.completes = epoch + epochs
        }
        operations.append(operation)
    }

    @discardableResult
    private mutating func turn(_ archetype: Int, _ next: (inout Draws) -> Int?) -> [Int] {
        population.turn(archetype) { next(&scriptDraws) }
    }

    /// The size of the smallest group that counts as a group.
    private var leastGroup: Int { max(40, population.count / 500) }

    /// Registers the viewers of an operation. It counts as visible once the given number of them have watched five
    /// times.
    private mutating func wait(for viewers: some Sequence<Int>, needed: Int) {
        unseen[operations.count] = PendingOperation(viewers: viewers.map { Int32($0) }, needed: needed)
    }

    private mutating func go(_ change: RunningOperation) {
        let done = epoch - change.begins
        switch change.action {
        case .converge(let first, let second, let epochs):
            let ranks = (shape.coreTopics * (done + 1) + epochs - 1) / epochs
            for archetype in [first, second] {
                archetypes.set(archetype, change.core, through: min(ranks, shape.coreTopics))
            }
            if done == epochs - 1 { turn(second) { _ in first } }
        case .wander(let archetype, let every):
            if done % every == 0 { archetypes.replace(archetype, rank: done / every, &scriptDraws) }
        default: break
        }
    }

    /// Marks, at the end of an epoch, the operations that have become visible.
    mutating func noteVisible() {
        for index in operations.indices where operations[index].firstVisible == nil {
            if let viewers = unseen[index] {
                if population.exposed(viewers.viewers) < viewers.needed { continue }
                unseen[index] = nil
            } else if case .converge = operations[index].action, epoch < operations[index].completes {
                continue
            }
            operations[index].firstVisible = epoch
        }
    }
}

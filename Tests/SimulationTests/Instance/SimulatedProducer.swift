@testable import ShoalPipeline

/// The transactional producer of a process. Its `transactional.id` is the instance's index.
struct SimulatedProducer {
    private(set) var epoch: Int?

    var isReady: Bool { epoch != nil }

    /// Creates a new producer and calls `init_transactions`.
    /// - Returns: False if the call must be repeated later.
    mutating func renew(_ world: Simulation, _ id: Int) -> Bool {
        epoch = nil
        do throws(SimulatedKafka.Failure) {
            let new = try world.kafka.initTransactions(id)
            world.note("producer \(id) has epoch \(new)")
            epoch = new
            return true
        } catch {
            return false
        }
    }

    /// Does the same as `Committer.abandon`: aborts a transaction that may be open. If this fails, the producer is
    /// discarded.
    mutating func abandon(_ world: Simulation, _ id: Int) {
        guard let epoch else { return }
        do throws(SimulatedKafka.Failure) {
            try world.kafka.end(id, epoch, .aborted)
        } catch {
            self.epoch = nil
        }
    }

    /// Makes a call within a transaction. Returns `nil` if librdkafka retries it internally.
    mutating func attempt(_ call: (Int) throws -> Void) -> TransactionMachine.Outcome? {
        guard let epoch else { return .fatal }
        do {
            try call(epoch)
            return .done
        } catch {
            return switch error as? SimulatedKafka.Failure {
            case .notYet: nil
            case .groupLost, .fencedInstance: .groupLost
            case .fenced: .fenced
            case .outOfRange, nil: .fatal
            }
        }
    }
}

@testable import Pipeline

/// The transactional producer of a process. Its `transactional.id` is the instance's index.
struct SimulatedProducer {
    private(set) var epoch: Int?

    var isReady: Bool { epoch != nil }

    /// A new producer, and `init_transactions`.
    /// - Returns: false: not yet, to be tried again.
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

    /// As `Committer.abandon`: aborts what may be open; a producer that cannot do that is of no use any more.
    mutating func abandon(_ world: Simulation, _ id: Int) {
        guard let epoch else { return }
        do throws(SimulatedKafka.Failure) {
            try world.kafka.end(id, epoch, .aborted)
        } catch {
            self.epoch = nil
        }
    }

    /// A call inside of a transaction; nil: librdkafka tries it again by itself.
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

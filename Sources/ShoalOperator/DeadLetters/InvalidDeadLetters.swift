import ShoalOperations
import ShoalPipeline
import Synchronization

/// Names records of the dead-letter topic that are none, and remembers whether there were any.
final class InvalidDeadLetters: Sendable {
    private let count = Mutex(0)

    init() {}

    func report(_ topic: String, _ place: DeadLetterEntry.Place) {
        count.withLock { $0 += 1 }
        Program.report(
            "\(topic) partition \(place.partition) offset \(place.offset): the record is not a dead letter. It is "
                + "skipped."
        )
    }

    /// The exit status: 65 if there were any.
    var status: ExitCode { count.withLock { $0 } == 0 ? .ok : .different }
}

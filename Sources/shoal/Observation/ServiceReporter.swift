import Dispatch
import Operations
import Pipeline
import Synchronization

/// Reports an instance to the service manager, on a thread that nothing of the pipeline can hold up.
///
/// `@unchecked Sendable`: the timer is only kept, and cancelled at the end.
final class ServiceReporter: @unchecked Sendable {
    private let manager: ServiceManager
    private let observe: @Sendable () -> ServiceReport.Observation
    private let report: Mutex<ServiceReport>
    private let timer: any DispatchSourceTimer

    /// - Parameter observe: tells how the instance is now.
    init(_ manager: ServiceManager, observe: @escaping @Sendable () -> ServiceReport.Observation) {
        self.manager = manager
        self.observe = observe
        // A manager that hears nothing in time ends the process: it hears four times as often.
        let interval = min(.seconds(1), (manager.watchdog ?? .seconds(4)) / 4)
        report = Mutex(ServiceReport(patience: .seconds(30)))
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "shoal-service"))
        timer.setEventHandler { [weak self] in self?.look() }
        timer.schedule(deadline: .now(), repeating: .milliseconds(max(Int(interval / .milliseconds(1)), 1)))
        timer.activate()
    }

    deinit {
        timer.cancel()
    }

    private func look() {
        let seen = observe()
        // Words are sent under the lock: what was decided first is heard first.
        report.withLock { _ = manager.tell($0.words(seen)) }
    }

    /// Somebody asked the instance to stop.
    func stop() {
        report.withLock { _ = manager.tell($0.stop()) }
    }

    /// Tells of the settings being read again.
    func reload(_ body: () -> Void) {
        report.withLock { report in
            let (before, after) = report.reload(at: ServiceManager.now)
            manager.tell(before)
            body()
            manager.tell(after)
        }
    }

    /// The last word: why it ends.
    func end(_ failure: (any Error)?) {
        timer.cancel()
        report.withLock { report in
            var words = report.stop()
            if let failure { words.append(.status("\(failure)")) }
            manager.tell(words)
        }
    }
}

import Dispatch
import ShoalOperations
import ShoalPipeline
import Synchronization

/// Reports the state of an instance to the service manager, on a thread that the pipeline cannot block.
///
/// `@unchecked Sendable`: the timer is only stored, and cancelled at the end.
final class ServiceReporter: @unchecked Sendable {
    private let manager: ServiceManager
    private let observe: @Sendable () -> ServiceReport.Observation
    private let report: Mutex<ServiceReport>
    private let timer: any DispatchSourceTimer

    /// - Parameter observe: Returns the current state of the instance.
    init(_ manager: ServiceManager, observe: @escaping @Sendable () -> ServiceReport.Observation) {
        self.manager = manager
        self.observe = observe
        // The manager ends a process that misses its interval, so it is notified four times as often.
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
        // Sent under the lock, so that notifications keep the order of decisions.
        report.withLock { _ = manager.tell($0.words(seen)) }
    }

    /// Reports a requested stop.
    func stop() {
        report.withLock { _ = manager.tell($0.stop()) }
    }

    /// Reports a reload of the settings.
    func reload(_ body: () -> Void) {
        report.withLock { report in
            let (before, after) = report.reload(at: ServiceManager.now)
            manager.tell(before)
            body()
            manager.tell(after)
        }
    }

    /// Reports the reason for the end.
    func end(_ failure: (any Error)?) {
        timer.cancel()
        report.withLock { report in
            var words = report.stop()
            if let failure { words.append(.status(failure.message)) }
            manager.tell(words)
        }
    }
}

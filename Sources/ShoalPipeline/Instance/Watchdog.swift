import Dispatch
import Synchronization

/// Checks the heartbeats on a thread that the pipeline cannot block, and logs each stuck component once.
///
/// `@unchecked Sendable`: the timer is only stored, and cancelled at the end.
final class Watchdog: @unchecked Sendable {
    private let heartbeats: Heartbeats
    private let log: PipelineLog
    private let told = Mutex<Set<Heartbeats.Component>>([])
    private let timer: any DispatchSourceTimer

    init(_ heartbeats: Heartbeats, log: PipelineLog) {
        self.heartbeats = heartbeats
        self.log = log
        let queue = DispatchQueue(label: "shoal-watchdog")
        timer = DispatchSource.makeTimerSource(queue: queue)
        let interval = DispatchTimeInterval.milliseconds(Int(min(5_000, heartbeats.timeout / 4)))
        timer.setEventHandler { [weak self] in self?.look() }
        timer.schedule(deadline: .now() + interval, repeating: interval)
        timer.activate()
    }

    deinit {
        timer.cancel()
    }

    /// Logs changes since the previous call.
    func look() {
        for status in heartbeats.look() {
            let isNew = told.withLock { told in
                status.isStuck ? told.insert(status.part).inserted : told.remove(status.part) != nil
            }
            guard isNew else { continue }
            if status.isStuck {
                log.error(
                    "no progress", ("part", "\(status.part)"), ("seconds", "\(status.age / 1_000)"),
                    ("doing", status.doing))
            } else {
                log.warning("progress resumed", ("part", "\(status.part)"))
            }
        }
    }
}

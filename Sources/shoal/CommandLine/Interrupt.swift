import Dispatch
import Foundation
import Operations
import Synchronization

/// Tells that somebody pressed Ctrl-C, or that the service is to stop. A second time ends the process at once.
///
/// `@unchecked Sendable`: the sources are only kept, and never touched after `init`.
final class Interrupt: @unchecked Sendable {
    private let first = Mutex<ContinuousClock.Instant?>(nil)
    private let sources: [any DispatchSourceSignal]
    /// Who signals a process and its group, as `timeout` and shells do, means it once.
    private static let once = Duration.seconds(1)

    init(_ action: @escaping @Sendable () -> Void = {}) {
        var sources: [any DispatchSourceSignal] = []
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            sources.append(DispatchSource.makeSignalSource(signal: number))
        }
        self.sources = sources
        for source in sources {
            source.setEventHandler { [weak self] in
                guard let self else { return }
                let before = self.first.withLock { first in
                    defer { first = first ?? .now }
                    return first
                }
                guard let before else { return action() }
                if .now - before > Self.once { Shoal.end(.interrupted) }
            }
            source.resume()
        }
    }

    var isSet: Bool { first.withLock { $0 != nil } }
}

import Dispatch
import Foundation
import Synchronization

/// Tells that somebody pressed Ctrl-C, or that the service is to stop. A second time ends the process at once.
///
/// `@unchecked Sendable`: the sources are only kept, and never touched after `init`.
final class Interrupt: @unchecked Sendable {
    private let count = Mutex(0)
    private let sources: [any DispatchSourceSignal]

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
                let times = self.count.withLock { times in
                    times += 1
                    return times
                }
                if times > 1 { exit(130) }
                action()
            }
            source.resume()
        }
    }

    var isSet: Bool { count.withLock { $0 > 0 } }
}

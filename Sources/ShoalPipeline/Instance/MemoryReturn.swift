internal import CShoalIntrinsics
import Dispatch
import Synchronization

/// Returns freed memory to the system after a backlog. The allocator keeps it otherwise, for good.
final class MemoryReturn: Sendable {
    private let isDue = Mutex(false)
    private let queue = DispatchQueue(label: "shoal-memory")
    /// The number of records that a shard handles before it is worth the time: some 10 ms for 100 MB.
    static let worthwhile = 20_000
    /// Other shards come to their end as well until then.
    private static let delay = DispatchTimeInterval.seconds(2)

    /// Returns memory a little later, once for all calls until then.
    func request() {
        let isFirst = isDue.withLock { isDue in
            defer { isDue = true }
            return !isDue
        }
        guard isFirst else { return }
        queue.asyncAfter(deadline: .now() + Self.delay) {
            self.isDue.withLock { $0 = false }
            return_freed_memory()
        }
    }
}

/// The viewers within a session and the times of their next watches: a heap ordered by time.
struct Sessions: Sendable {
    struct ActiveSession: Sendable {
        var viewer: Int
        /// The time of the next watch.
        var time: Int64
    }

    private var heap: [ActiveSession] = []

    func isDue(before time: Int64) -> Bool {
        heap.first.map { $0.time < time } ?? false
    }

    mutating func push(_ going: ActiveSession) {
        heap.append(going)
        var child = heap.count - 1
        while child > 0, heap[child].time < heap[(child - 1) / 2].time {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Removes and returns the first entry if it is before the given time.
    mutating func popFirst(before time: Int64) -> ActiveSession? {
        guard let first = heap.first, first.time < time else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].time < heap[least].time { least = child }
            }
            guard least != parent else { return first }
            heap.swapAt(least, parent)
            parent = least
        }
    }
}

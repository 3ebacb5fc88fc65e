internal import ShoalClustering
internal import ShoalSchemas

/// Counts over the events of a file, from which settings are chosen.
package struct AudienceFacts {
    package private(set) var firstTime = Int64.max
    package private(set) var lastTime = Int64.min
    private var viewersByID: [[UInt8]: Int] = [:]
    /// The events of each viewer.
    private var counts: [Int] = []
    /// Of each topic: the first viewers, up to `enough` of them.
    private var viewersByTopic: [[UInt8]: [Int]] = [:]
    /// The events of viewers, ascending.
    private var sorted: [Int] = []
    /// The number of viewers from which on a topic is admitted: the default of `topics.min-viewers`.
    private static let enough = Settings().topicsMinViewers

    package var viewers: Int { counts.count }
    package var topics: Int { viewersByTopic.count }
    /// The time of all events but the first and the last hundredth, in which wrong times are.
    package private(set) var span: Int64 = 0

    mutating func add(_ event: borrowing WatchEvent) {
        firstTime = min(firstTime, event.time)
        lastTime = max(lastTime, event.time)
        let id = Array(event.text[event.viewer])
        let viewer: Int
        if let known = viewersByID[id] {
            viewer = known
        } else {
            viewer = counts.count
            viewersByID[id] = viewer
            counts.append(0)
        }
        counts[viewer] += 1
        for topic in event.topics {
            let name = Array(event.text[topic.name])
            if let seen = viewersByTopic[name], seen.count >= Self.enough || seen.contains(viewer) { continue }
            viewersByTopic[name, default: []].append(viewer)
        }
    }

    /// Forgets the viewers' ids.
    /// - Parameters:
    ///   - time: returns the time of an event, by its place in the order of times.
    mutating func finish(time: (Int) -> Int64) {
        viewersByID = [:]
        let events = counts.reduce(0, +)
        if events > 0 {
            let rare = events / 100
            span = time(events - 1 - rare) - time(rare)
        }
        sorted = counts.sorted()
    }

    /// The number of viewers with at least this number of events.
    package func viewers(withEvents least: Int) -> Int { sorted.count { $0 >= least } }

    /// The median number of events of a viewer.
    package var medianEvents: Int { sorted.isEmpty ? 0 : sorted[sorted.count / 2] }

    /// All topics, in no order.
    package var names: [[UInt8]] { Array(viewersByTopic.keys) }

    /// The topics of enough viewers, in the order of their bytes.
    package var vocabulary: [[UInt8]] {
        viewersByTopic.filter { $0.value.count >= min(Self.enough, max(viewers / 10, 1)) }.keys
            .sorted { $0.lexicographicallyPrecedes($1) }
    }
}

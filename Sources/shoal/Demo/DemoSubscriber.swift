import Clustering
import Foundation
import Kafka
import Pipeline
import Schemas
import ShoalClient
import Synchronization

/// What the demo shows at a moment.
struct DemoState {
    /// The epoch that every partition has reached, from 0; nil: none has begun.
    var epoch: Int?
    var epochs: Int
    /// How many eligible viewers the first clusters wait for.
    var seedMembers: Int
    /// The epoch's begin, ms since 1970.
    var time: Int64
    var statistics = PipelineStatistics.Snapshot()
    var published: Int64 = 0
    /// Events a second.
    var eventRate = 0
    var table = ClusterTable()
    var elapsed = Duration.zero
}

/// Something to tell.
enum DemoNews {
    case change(ClusterChange)
    /// What the stream begins to do, of which the pipeline is not told.
    case story(String, time: Int64)
    /// A cluster of which nothing is published any more.
    case silence(ClusterTable.Silence, time: Int64)
}

extension ClusterTable.Silence {
    /// A line for people.
    var words: String {
        let about = topics.isEmpty ? "" : " (\(topics.joined(separator: ", ")))"
        return
            "cluster \(cluster)\(about) is not published any more: fewer than \(DemoScenario.minClusterSize) members are left"
    }
}

/// How the demo is shown; called from one task, but for notes.
protocol DemoDisplay: Sendable {
    /// Shows all that has happened since the last call, and the state now.
    /// - Returns: false if standard output cannot be written any more.
    func show(_ news: [DemoNews], _ state: DemoState) -> Bool
    /// A warning.
    func note(_ text: String)
    func end(_ summary: DemoSummary)
}

/// Reads what is published, as anybody could, and has it shown.
final class DemoSubscriber: Sendable {
    private let changes: ClusterChanges
    private let scenario: DemoScenario
    private let progress: DemoPublisher.Progress
    private let statistics: PipelineStatistics
    private let interrupt: Interrupt
    private let display: any DemoDisplay
    private let isCommitted = Mutex(false)

    init(
        changes: ClusterChanges, scenario: DemoScenario, progress: DemoPublisher.Progress,
        statistics: PipelineStatistics, interrupt: Interrupt, display: any DemoDisplay
    ) {
        self.changes = changes
        self.scenario = scenario
        self.progress = progress
        self.statistics = statistics
        self.interrupt = interrupt
        self.display = display
    }

    /// The instance has stopped: what there is to read now is all.
    func allIsCommitted() { isCommitted.withLock { $0 = true } }

    /// Ends when all has been read.
    /// - Parameter stop: called once all that was published has been handled, or at the interrupt.
    /// - Returns: how things stand then.
    func run(_ stop: () -> Void) async throws -> DemoState {
        var iterator = changes.makeAsyncIterator()
        var state = DemoState(
            epochs: scenario.epochs, seedMembers: scenario.settings.seedMembers, time: scenario.time(of: 0))
        var rate = Rate()
        var ending = Ending()
        let started = ContinuousClock.now
        while true {
            let isLast = isCommitted.withLock { $0 }
            let published = progress.now
            look(&state)
            state.published = published.events
            state.eventRate = rate.take(state.statistics.events)
            state.elapsed = .now - started
            var news = story(&state)
            // What was committed last may still be on its way here.
            while let next = try await iterator.next(timeout: isLast ? .milliseconds(300) : .zero) {
                if state.table.take(next.change) { news.append(DemoNews.change(next.change)) }
                if news.count > 5_000, !isLast { break }
            }
            if isLast { news += Self.silences(&state, isLast: true) }
            // Without a reader there is no reason to go on.
            if !display.show(Self.sorted(news), state) { progress.update { $0.isStopped = true } }
            if isLast { return state }
            let isInterrupted = interrupt.isSet || progress.now.isStopped
            if ending.isDue(state, isFinished: published.isFinished, isInterrupted: isInterrupted) { stop() }
            try await Task.sleep(for: .milliseconds(80))
        }
    }

    /// Clusters by time and number: they come from several partitions. Members as they came, after them.
    private static func sorted(_ news: [DemoNews]) -> [DemoNews] {
        let keyed = news.enumerated().map { place, news -> (key: (Int64, UInt32, Int), news: DemoNews) in
            switch news {
            case .change(let change):
                let time = change.kind.isOfMember ? .max : change.eventTime ?? .max
                return ((time, change.cluster, place), news)
            case .story(_, let time), .silence(_, let time): return ((time, 0, place), news)
            }
        }
        return keyed.sorted { $0.key < $1.key }.map(\.news)
    }

    /// How far the pipeline is. It forgets its partitions when it stops; here they are kept.
    private func look(_ state: inout DemoState) {
        var snapshot = statistics.snapshot
        if snapshot.partitions.isEmpty { snapshot.partitions = state.statistics.partitions }
        state.statistics = snapshot
    }

    /// What the stream has begun to do since the last look.
    private func story(_ state: inout DemoState) -> [DemoNews] {
        let epochs = state.statistics.partitions.values.map { $0.epoch.map(scenario.epoch) ?? -1 }
        let (last, now) = (state.epoch ?? -1, epochs.min() ?? -1)
        guard now > last else { return [] }
        state.epoch = now
        state.time = scenario.time(of: now)
        return Self.silences(&state)
            + (last + 1...now).compactMap { epoch in
                scenario.event(at: epoch).map { .story($0, time: scenario.time(of: epoch)) }
            }
    }

    private static func silences(_ state: inout DemoState, isLast: Bool = false) -> [DemoNews] {
        let time = state.time
        return state.table.endEpoch(isLast: isLast).map { .silence($0, time: time) }
    }
}

/// Events a second, smoothed over some seconds.
private struct Rate {
    private var last: (events: Int64, at: ContinuousClock.Instant)?
    private var rate = 0.0

    mutating func take(_ events: Int64) -> Int {
        let now = ContinuousClock.now
        guard let before = last else {
            last = (events, now)
            return 0
        }
        let seconds = (now - before.at) / .seconds(1)
        guard seconds >= 0.25 else { return Int(rate) }
        let current = Double(events - before.events) / seconds
        rate = rate == 0 ? current : rate + (current - rate) * min(seconds / 2, 1)
        last = (events, now)
        return Int(rate)
    }
}

/// When the demo is over: all that was published has been handled, and the last model that is due is there.
private struct Ending {
    private var hasEnded = false
    private var handled: ContinuousClock.Instant?
    /// A model that does not come is not waited for.
    private static let patience = Duration.seconds(5)

    /// - Returns: true once.
    mutating func isDue(_ state: DemoState, isFinished: Bool, isInterrupted: Bool) -> Bool {
        guard !hasEnded else { return false }
        let partitions = state.statistics.partitions.values
        if isFinished, partitions.reduce(0, { $0 + $1.offset }) >= state.published {
            let since = handled ?? .now
            handled = since
            let epochs = partitions.map { $0.epoch ?? .min }
            // Each partition has closed the epoch before its open one.
            let isModelled = epochs.min().map { $0 > .min && state.statistics.model ?? .min >= $0 - 1 } ?? false
            hasEnded = isModelled || .now - since > Self.patience
        }
        hasEnded = hasEnded || isInterrupted
        return hasEnded
    }
}

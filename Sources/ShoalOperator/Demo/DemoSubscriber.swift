import Foundation
import ShoalClient
import ShoalClustering
import ShoalKafka
import ShoalPipeline
import ShoalSchemas
import Synchronization

/// The state displayed by the demo.
struct DemoState {
    /// The epoch that every partition has reached, from 0; `nil` before the first.
    var epoch: Int?
    var epochs: Int
    /// The number of eligible viewers required for the first clusters.
    var seedMembers: Int
    /// The start of the epoch in ms since 1970.
    var time: Int64
    var statistics = PipelineStatistics.Snapshot()
    var published: Int64 = 0
    /// Events a second.
    var eventRate = 0
    var table = ClusterTable()
    var elapsed = Duration.zero
}

/// Displays the demo. Called from one task, except for notes.
protocol DemoDisplay: Sendable {
    /// Shows all that has happened since the last call, and the state now.
    /// - Returns: false if standard output cannot be written any more.
    func show(_ news: [DemoNews], _ state: DemoState) -> Bool
    /// A warning.
    func note(_ text: String)
    func end(_ summary: DemoSummary)
}

/// Reads the published changes like any subscriber, and displays them.
final class DemoSubscriber: Sendable {
    private let changes: ClusterChanges
    private let scenario: DemoScenario
    private let progress: DemoPublisher.Progress
    private let instances: DemoInstances
    private let interrupt: Interrupt
    private let display: any DemoDisplay
    private let isCommitted = Mutex(false)

    init(
        changes: ClusterChanges, scenario: DemoScenario, progress: DemoPublisher.Progress,
        instances: DemoInstances, interrupt: Interrupt, display: any DemoDisplay
    ) {
        self.changes = changes
        self.scenario = scenario
        self.progress = progress
        self.instances = instances
        self.interrupt = interrupt
        self.display = display
    }

    /// Notes that the instance has stopped, so that no further changes follow.
    func allIsCommitted() { isCommitted.withLock { $0 = true } }

    /// Runs until all changes have been read.
    /// - Parameter stop: Called once all published events have been handled, or at an interrupt.
    /// - Returns: The final state.
    func run(_ stop: () -> Void) async throws -> DemoState {
        var iterator = changes.makeAsyncIterator()
        var state = DemoState(
            epochs: scenario.epochs,
            seedMembers: Int(SeedPlan(scenario.settings, .current).fewest), time: scenario.time(of: 0))
        var rate = Rate()
        var ending = Ending()
        var findings = DemoFindings(scenario)
        let started = ContinuousClock.now
        while true {
            let isLast = isCommitted.withLock { $0 }
            let published = progress.now
            look(&state)
            state.published = published.events + published.erasures
            state.eventRate = rate.take(state.statistics.events)
            state.elapsed = .now - started
            var news = story(&state)
            // The last commit may not be visible yet.
            while let next = try await iterator.next(timeout: isLast ? .milliseconds(300) : .zero) {
                let topics = state.table.topics(of: next.change.cluster)
                if state.table.take(next.change) {
                    news.append(.change(next.change, seen: findings.seen(next.change, topics: topics)))
                }
                if news.count > 5_000, !isLast { break }
            }
            if isLast { news += Self.silences(&state, isLast: true) }
            // Stop if the output has no reader.
            if !display.show(Self.sorted(news), state) { progress.update { $0.isStopped = true } }
            if isLast { return state }
            let isInterrupted = interrupt.isSet || progress.now.isStopped
            if ending.isDue(state, isFinished: published.isFinished, isInterrupted: isInterrupted) { stop() }
            try await Task.sleep(for: .milliseconds(80))
        }
    }

    /// Sorts cluster news by time and id, because they come from several partitions. Member news follow in their order.
    private static func sorted(_ news: [DemoNews]) -> [DemoNews] {
        let keyed = news.enumerated().map { place, news -> (key: (Int64, UInt32, Int), news: DemoNews) in
            switch news {
            case .change(let change, _):
                let time = change.kind.isOfMember ? .max : change.eventTime ?? .max
                return ((time, change.cluster, place), news)
            case .story(_, _, let time), .silence(_, let time): return ((time, 0, place), news)
            }
        }
        return keyed.sorted { $0.key < $1.key }.map(\.news)
    }

    /// Updates the progress. Partitions are kept when the pipeline stops and drops them.
    private func look(_ state: inout DemoState) {
        var snapshot = instances.snapshot
        if snapshot.partitions.isEmpty { snapshot.partitions = state.statistics.partitions }
        state.statistics = snapshot
    }

    /// Returns the script's steps since the last call.
    private func story(_ state: inout DemoState) -> [DemoNews] {
        let epochs = state.statistics.partitions.values.map { $0.epoch.map(scenario.epoch) ?? -1 }
        let (last, now) = (state.epoch ?? -1, epochs.min() ?? -1)
        guard now > last else { return [] }
        state.epoch = now
        state.time = scenario.time(of: now)
        return Self.silences(&state)
            + (last + 1...now).compactMap { epoch in
                scenario.step(at: epoch).map { .story($0.text, why: $0.why, time: scenario.time(of: epoch)) }
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

/// Decides when the demo is over: all published events have been handled, and the last due model is available.
private struct Ending {
    private var hasEnded = false
    private var handled: ContinuousClock.Instant?
    /// The maximum wait for the last model.
    private static let patience = Duration.seconds(5)

    /// - Returns: True once.
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

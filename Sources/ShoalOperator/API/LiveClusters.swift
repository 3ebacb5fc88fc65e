import ShoalClustering
import ShoalOperations
import ShoalPipeline
import ShoalReplay
import ShoalSchemas
import Synchronization

/// The published clusters of a running application, read from its models.
final class LiveClusters: Sendable {
    /// The clusters after a model.
    struct Moment: Sendable {
        var report: ReplayReport
        var version: Epoch
        /// What is told of the clusters, if there may be labels.
        fileprivate var descriptions: [ClusterID: ClusterDescription]
        /// Changes with the labels that are shown; empty without any.
        fileprivate(set) var labelTag = ""
        fileprivate var live: LiveReport

        /// Returns what was told after an earlier model, less the topics that may not be told any more.
        func report(through version: Epoch) -> ReplayReport {
            version >= self.version ? report : live.report(through: version)
        }
    }

    private struct State {
        /// That of the last model, or of the one before while the next one is computed; nil if nobody has asked.
        var moment: Moment?
        /// The last moment with labels, and the revision of these.
        var labelled: (moment: Moment, revision: Int)?
        /// Whether somebody has asked since the last model.
        var isAsked = false
        /// The page, and the version and the labels that it shows.
        var page: (version: Epoch?, labelTag: String?, text: String)?
        /// The last events that were asked for, which are the same for all who follow with a filter.
        var parts: [ChangeFeedFilter: (version: Epoch, start: ChangeFeed.Position, part: ChangeFeed.Part?)] = [:]
        var listeners: [@Sendable () -> Void] = []
    }

    /// The models so far. Locked while a report is computed; nobody waits for that who only wants the last moment.
    private let live: Mutex<LiveReport>
    private let state = Mutex(State())
    /// Locked while a page of an earlier moment is made.
    private let making = Mutex(())
    private let history: ModelHistory
    /// Buttons of the page; nil for none.
    private let controls: PageControls?
    /// Labels of clusters; nil without any.
    private let labels: LabelFeed?
    private let logger: Logger

    init(
        _ options: PipelineOptions, _ logger: Logger, controls: PageControls? = nil, labels: LabelFeed? = nil
    ) {
        (self.controls, self.labels) = (controls, labels)
        live = Mutex(LiveReport(name: options.application))
        history = ModelHistory(options)
        self.logger = logger
    }

    /// Reads models until the task is cancelled. After an error it begins again: the API's trouble does not end an instance.
    func follow() async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            if let labels { tasks.addTask { try await labels.follow() } }
            tasks.addTask { try await self.followModels() }
            defer { tasks.cancelAll() }
            try await tasks.next()
        }
    }

    private func followModels() async throws {
        while true {
            do {
                try await history.follow { record in
                    take(record)
                    for listener in state.withLock({ $0.listeners }) { listener() }
                }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                logger.log(.warning, "the API cannot read models, and tries again", [("error", error.message)])
            }
            try await Task.sleep(for: .seconds(10))
        }
    }

    /// The topics that the description of a published cluster names; none if there is no such cluster.
    func topics(of cluster: UInt32) -> [String] {
        let found = moment?.report.clusters.first { $0.id == cluster }
        return found.map { $0.leadingTopics + $0.branchTopics } ?? []
    }

    /// Calls a function after each model.
    func listen(_ listener: @escaping @Sendable () -> Void) {
        state.withLock { $0.listeners.append(listener) }
    }

    /// Returns the next events behind a position; nil if there are none yet.
    func part(after position: ChangeFeed.Position, _ filter: ChangeFeedFilter) -> ChangeFeed.Part? {
        guard let moment, moment.version >= position.model else { return nil }
        let known = state.withLock { $0.parts[filter] }
        if let known, known.version == moment.version, known.start == position { return known.part }
        let part = moment.report.part(after: position, filter)
        state.withLock { state in
            if state.parts.count >= Self.mostFilters, state.parts[filter] == nil { state.parts = [:] }
            state.parts[filter] = (moment.version, position, part)
        }
        return part
    }

    /// The most filters whose last events are kept.
    private static let mostFilters = 64

    /// The clusters after the last model; nil before the first one. A new model takes a while to be computed, which is seen by
    /// nobody who asks meanwhile: they get the model before it.
    var moment: Moment? {
        let known = state.withLock { state in
            state.isAsked = true
            return state.moment
        }
        return (known ?? live.withLock { moment(of: $0).map(keep) }).map(labelled)
    }

    /// Returns the moment with the labels as they are now.
    private func labelled(_ moment: Moment) -> Moment {
        guard let labels else { return moment }
        let (revision, known) = (labels.revision, state.withLock(\.labelled))
        if let known, known.revision == revision, known.moment.version == moment.version { return known.moment }
        let shown = labels.shown(moment.descriptions)
        guard !shown.isEmpty else { return moment }
        var moment = moment
        for place in moment.report.clusters.indices {
            moment.report.clusters[place].label = shown[moment.report.clusters[place].id]
        }
        let text = shown.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: "\n")
        moment.labelTag = "-\(ClusterLabel.fingerprint(text))"
        state.withLock { $0.labelled = (moment, revision) }
        return moment
    }

    /// Takes the next model, and computes the clusters after it if somebody has asked for those of the last one.
    private func take(_ record: ModelRecord) {
        live.withLock { live in
            live.take(record)
            let isAsked = state.withLock { state in
                defer { state.isAsked = false }
                if !state.isAsked { (state.moment, state.labelled) = (nil, nil) }
                return state.isAsked
            }
            if isAsked, let moment = moment(of: live) { _ = keep(moment) }
        }
    }

    /// Keeps the newest. Call it with `live` locked, so that none is kept that a later model has outdated.
    private func keep(_ moment: Moment) -> Moment {
        state.withLock { state in
            if let known = state.moment, known.version >= moment.version { return known }
            (state.moment, state.labelled) = (moment, nil)
            return moment
        }
    }

    private func moment(of live: LiveReport) -> Moment? {
        live.version.map { version in
            let descriptions = labels == nil ? [:] : live.descriptions
            return Moment(report: live.report, version: version, descriptions: descriptions, live: live)
        }
    }

    /// The page with the clusters after the last model.
    var page: String {
        let moment = moment
        if let known = state.withLock({ $0.page }), known.version == moment?.version, known.labelTag == moment?.labelTag
        {
            return known.text
        }
        let text = LivePage(moment?.report ?? live.withLock { $0.report }).html(controls: controls)
        state.withLock { $0.page = (moment?.version, moment?.labelTag, text) }
        return text
    }

    /// Returns the page of an earlier moment, or with the clusters of a topic. One is made at a time, because it takes a while.
    /// - Parameters:
    ///   - version: the model to show.
    ///   - since: the model to compare with; nil: that of a day before.
    func page(_ moment: Moment, at version: Epoch, since: ReplayReport.Row?, topic: String) -> String {
        making.withLock { _ in
            LivePage(moment.report, then: moment.report(through: version), since: since, topic: topic)
                .html(controls: controls)
        }
    }

    /// The same page for a file.
    var savedPage: String { LivePage(moment?.report ?? live.withLock { $0.report }).html(isServed: false) }
}

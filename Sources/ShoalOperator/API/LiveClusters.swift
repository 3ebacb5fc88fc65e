import ShoalClustering
import ShoalOperations
import ShoalPipeline
import ShoalReplay
import Synchronization

/// The published clusters of a running application, read from its models.
final class LiveClusters: Sendable {
    /// The clusters after a model.
    struct Moment: Sendable {
        var report: ReplayReport
        var version: Epoch
    }

    private struct State {
        var live: LiveReport
        var moment: Moment?
        /// The page, and the version that it shows.
        var page: (version: Epoch?, text: String)?
        /// The last events that were asked for, which are the same for all who follow with a filter.
        var parts: [ChangeFeedFilter: (version: Epoch, start: ChangeFeed.Position, part: ChangeFeed.Part?)] = [:]
        var listeners: [@Sendable () -> Void] = []
    }

    private let state: Mutex<State>
    private let history: ModelHistory
    /// Buttons of the page; nil for none.
    private let controls: PageControls?
    private let logger: Logger

    init(_ options: PipelineOptions, _ logger: Logger, controls: PageControls? = nil) {
        self.controls = controls
        state = Mutex(State(live: LiveReport(name: options.application)))
        history = ModelHistory(options)
        self.logger = logger
    }

    /// Reads models until the task is cancelled. After an error it begins again: the API's trouble does not end an instance.
    func follow() async throws {
        while true {
            do {
                try await history.follow { record in
                    let listeners = state.withLock { state in
                        state.live.take(record)
                        return state.listeners
                    }
                    for listener in listeners { listener() }
                }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                logger.log(.warning, "the API cannot read models, and tries again", [("error", error.message)])
            }
            try await Task.sleep(for: .seconds(10))
        }
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

    /// The clusters after the last model; nil before the first one.
    var moment: Moment? {
        state.withLock { state in
            guard let version = state.live.version else { return nil }
            if let known = state.moment, known.version == version { return known }
            let moment = Moment(report: state.live.report, version: version)
            state.moment = moment
            return moment
        }
    }

    /// The same page for a file.
    var savedPage: String { (moment?.report ?? state.withLock { $0.live.report }).livePage(isServed: false) }

    /// The page with the clusters after the last model.
    var page: String {
        let moment = moment
        return state.withLock { state in
            if let page = state.page, page.version == moment?.version { return page.text }
            let text = (moment?.report ?? state.live.report).livePage(controls: controls)
            state.page = (moment?.version, text)
            return text
        }
    }
}

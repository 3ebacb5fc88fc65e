import ShoalClustering
import ShoalOperations
import ShoalReplay

/// The published changes of clusters behind a position, and the models, as server-sent events.
struct ChangeFeed: HTTPEvents.Source {
    /// A place between two events. It is the same on each instance, because each reads the same models.
    struct Position: Equatable, Sendable, CustomStringConvertible {
        var model: Epoch
        /// How many changes by this model are before it; nil: all, and the model itself.
        var changes: Int?

        /// The position behind a model.
        init(_ model: Epoch) { self.model = model }

        fileprivate init(_ model: Epoch, changes: Int) { (self.model, self.changes) = (model, changes) }

        /// Reads `MODEL` or `MODEL.CHANGES`.
        init?(_ text: String) {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard (1...2).contains(parts.count), let model = Epoch(parts[0]) else { return nil }
            self.init(model)
            guard parts.count == 2 else { return }
            guard let changes = UInt32(parts[1]), changes > 0 else { return nil }
            self.changes = Int(changes)
        }

        var description: String { changes.map { "\(model).\($0)" } ?? "\(model)" }

        /// Whether a change, counted from 1 among those by its model, is behind it.
        fileprivate func precedes(_ model: Epoch, _ number: Int) -> Bool {
            model > self.model || model == self.model && number > changes ?? .max
        }
    }

    /// Events as they are sent, and the position behind them and those that are left out.
    struct Part: Sendable {
        var text: String
        var end: Position
    }

    private let clusters: LiveClusters
    private let filter: ChangeFeedFilter
    private var position: Position
    private var hasBegun = false

    init(_ clusters: LiveClusters, after position: Position, _ filter: ChangeFeedFilter) {
        (self.clusters, self.position, self.filter) = (clusters, position, filter)
    }

    mutating func next() -> String? {
        guard hasBegun else {
            // The position, so that nothing is missed by a reader that returns before the first event; and when it may return.
            hasBegun = true
            return "retry: 5000\nid: \(position)\n\n"
        }
        guard let part = clusters.part(after: position, filter) else { return nil }
        position = part.end
        return part.text.isEmpty ? nil : part.text
    }
}

extension ReplayReport {
    /// Returns the changes behind a position, each with the position behind it.
    func changes(after position: ChangeFeed.Position) -> [(end: ChangeFeed.Position, change: Lifecycle)] {
        // The newest are at the end, and only they are asked for as a rule.
        let start = lifecycle.lastIndex { $0.version < position.model }.map { $0 + 1 } ?? 0
        var (number, model) = (0, Epoch.min)
        var found: [(ChangeFeed.Position, Lifecycle)] = []
        for change in lifecycle[start...] {
            (number, model) = (change.version == model ? number + 1 : 1, change.version)
            if position.precedes(model, number) { found.append((.init(model, changes: number), change)) }
        }
        return found
    }

    /// Returns the next events behind a position; nil if there are none, not even such as are left out.
    func part(after position: ChangeFeed.Position, _ filter: ChangeFeedFilter) -> ChangeFeed.Part? {
        var text = ""
        var end = position
        func add(_ kind: String, _ position: ChangeFeed.Position, _ value: some Encodable, if isTaken: Bool) {
            end = position
            guard isTaken, let line = try? JSONText.line(value) else { return }
            text += HTTPEvents.text(kind, id: "\(position)", data: String(line.dropLast()))
        }
        let changes = changes(after: position)
        var next = 0
        let start = rows.lastIndex { $0.version < position.model }.map { $0 + 1 } ?? 0
        for row in rows[start...] {
            while next < changes.count, changes[next].change.version <= row.version {
                guard text.utf8.count < HTTPEvents.chunk else { return .init(text: text, end: end) }
                let change = changes[next].change
                add(change.kind, changes[next].end, ClusterViews.Change(change), if: filter.takes(change))
                next += 1
            }
            guard text.utf8.count < HTTPEvents.chunk else { break }
            if position.precedes(row.version, .max) {
                add(ChangeFeedFilter.model, .init(row.version), ClusterViews.Model(row), if: filter.takesModels)
            }
        }
        return end == position ? nil : .init(text: text, end: end)
    }
}

public import ShoalClustering

/// Compares the engine's lifecycle operations with a stream's script, epoch by epoch: the delay until each step is
/// found, and the operations that correspond to no step.
///
/// A step is *visible* from a point that depends on its kind. A birth: n_min viewers of the group are eligible. A
/// split: the separation of the two groups reaches 0.15. A merge: it falls below 0.13. A death: fewer than n_min / 2
/// viewers of the group were recently active. A scatter: as few are nearest to the group's previous centroid. A step is
/// *shown* as follows. A birth or a split: one cluster per group matches with an F1 of at least 0.6. A merge: one
/// cluster matches both groups with at least 0.8. A death: the group's cluster has ended.
public struct ScriptJudge: Sendable {
    public let steps: [ScriptStep]
    public private(set) var findings: [Finding]
    /// Operations that correspond to no step of the script, one description each.
    public private(set) var unmirrored: [String] = []
    /// The successive clusters of the wandering group.
    public private(set) var wanderers: [Int32] = []
    /// The first version that is judged. Earlier versions belong to the time of seeding.
    let settled: Int

    private var created: [Int32: Int] = [:]
    private var ended: [Int32: (version: Int, survivor: Int32)] = [:]
    private var awaited: [LifecycleChange] = []
    private var mirrored: Set<Int> = []
    /// For steps that end a group: its viewers and its cluster before the step.
    private var before: [Int: Before] = [:]

    private struct Before {
        var viewers: [Set<Int>] = []
        var clusters: [Int32] = []
        var centroids: Centroids?
    }

    public init(steps: [ScriptStep], settled: Int = 20) {
        self.steps = steps
        self.settled = settled
        findings = steps.map { _ in Finding() }
    }

    /// Adds an epoch.
    /// - Parameters:
    ///   - view: The members at its end.
    ///   - changes: The changes of the model of this version. Versions are epochs of the stream.
    public mutating func take(_ view: EpochView, _ changes: [LifecycleChange]) {
        note(changes)
        let majorities = view.majorities
        judge(view, majorities, changes)
        for index in steps.indices {
            let step = steps[index]
            if view.epoch == step.begins - 1 { remember(index, view) }
            guard view.epoch >= step.begins else { continue }
            if findings[index].visible == nil, isVisible(index, view) { findings[index].visible = view.epoch }
            if findings[index].shown == nil { show(index, view) }
            if step.kind == .wander {
                let match = Groups.match(view.labels, view.isPure(in: step.groups[0]))
                if match.f1 > 0.5, wanderers.last != match.cluster { wanderers.append(match.cluster) }
            }
        }
    }

    private mutating func note(_ changes: [LifecycleChange]) {
        for change in changes {
            let cluster = Int32(bitPattern: change.cluster)
            switch change.kind {
            case .created, .split:
                let new = Self.newCluster(change)
                guard created[new] == nil else { continue }
                created[new] = Int(change.version)
                if change.version >= settled { awaited.append(change) }
            case .merged: ended[cluster] = (Int(change.version), Int32(bitPattern: change.other))
            case .retired: ended[cluster] = (Int(change.version), 0)
            case .drifted: break
            }
        }
    }

    /// Ids increase, so a child has a larger id than its parent, regardless of which one the change names.
    private static func newCluster(_ change: LifecycleChange) -> Int32 {
        Int32(bitPattern: change.kind == .created ? change.cluster : max(change.cluster, change.other))
    }

    // MARK: - Findings

    private mutating func remember(_ index: Int, _ view: EpochView) {
        var memory = Before()
        for group in steps[index].groups {
            let places = view.labels.indices.filter { view.groups[$0] == group && view.isPure[$0] }
            memory.viewers.append(Set(places.map { view.viewers[$0] }))
            memory.clusters.append(Groups.match(view.labels, view.isPure(in: group)).cluster)
        }
        if steps[index].kind == .scatter {
            let pure = view.pure
            let count = Int(view.groups.max() ?? 0) + 1
            let sums = Sums(view.points.selecting(pure), pure.map { view.groups[$0] }, count: count)
            memory.centroids = sums.centroids(before: Centroids(count: count, dimension: view.points.dimension))
        }
        before[index] = memory
    }

    private func isVisible(_ index: Int, _ view: EpochView) -> Bool {
        let (step, memory) = (steps[index], before[index])
        switch step.kind {
        case .birth:
            return view.groups.count { $0 == step.groups[0] } >= view.leastMembers
        case .split:
            let places = view.pure.filter { step.groups.contains(view.groups[$0]) }
            let isFirst = places.map { view.groups[$0] == step.groups[0] }
            return places.count > 20 && Groups.separation(view.points.selecting(places), isFirst) >= 0.15
        case .merge:
            guard let memory else { return false }
            let places = view.viewers.indices.filter { place in
                memory.viewers.contains { $0.contains(view.viewers[place]) }
            }
            let isFirst = places.map { memory.viewers[0].contains(view.viewers[$0]) }
            return Groups.separation(view.points.selecting(places), isFirst) < 0.13
        case .death:
            return view.groups.count { $0 == step.groups[0] } < view.leastMembers / 2
        case .scatter:
            guard let centroids = memory?.centroids else { return false }
            let nearest = centroids.nearestByCosine(view.points).labels
            return nearest.count { $0 == step.groups[0] } < view.leastMembers / 2
        case .wander:
            return false
        }
    }

    private mutating func show(_ index: Int, _ view: EpochView) {
        let step = steps[index]
        switch step.kind {
        case .birth:
            let match = Groups.match(view.labels, view.groups.map { $0 == step.groups[0] })
            if match.f1 >= 0.6 { found(index, view.epoch, created[match.cluster]) }
        case .split:
            let matches = step.groups.map { Groups.match(view.labels, view.isPure(in: $0)) }
            guard matches[0].cluster != matches[1].cluster, matches.allSatisfy({ $0.f1 >= 0.6 }) else { return }
            found(index, view.epoch, matches.compactMap { created[$0.cluster] }.max())
        case .merge:
            guard let memory = before[index] else { return }
            let isOne = view.viewers.map { viewer in memory.viewers.contains { $0.contains(viewer) } }
            let match = Groups.match(view.labels, isOne)
            guard match.f1 >= 0.8 else { return }
            let version = memory.clusters.compactMap { ended[$0] }.filter { root(of: $0.survivor) == match.cluster }
                .map(\.version).max()
            found(index, view.epoch, version)
        case .death, .scatter:
            guard let cluster = before[index]?.clusters[0], !view.active.contains(cluster) else { return }
            found(index, view.epoch, ended[cluster]?.version)
        case .wander:
            return
        }
    }

    /// If no model decided, because the members moved by events, the epoch in which the step was shown counts.
    private mutating func found(_ index: Int, _ epoch: Int, _ version: Int?) {
        findings[index].shown = epoch
        findings[index].decided = version.map { $0 >= steps[index].begins ? $0 : epoch } ?? epoch
    }

    private func root(of cluster: Int32) -> Int32 {
        var cluster = cluster
        while let end = ended[cluster], end.survivor != 0 { cluster = end.survivor }
        return cluster
    }

    // MARK: - Operations

    /// A new cluster is judged once its members have been assigned. An ending cluster is judged by its current members.
    private mutating func judge(
        _ view: EpochView, _ majorities: [Int32: Int32], _ changes: [LifecycleChange]
    ) {
        for change in changes where change.version >= settled && (change.kind == .merged || change.kind == .retired) {
            judge(change, majorities)
        }
        let due = awaited.filter { Int($0.version) <= view.version }
        awaited.removeAll { Int($0.version) <= view.version }
        for change in due { judge(change, majorities) }
    }

    private mutating func judge(_ change: LifecycleChange, _ majorities: [Int32: Int32]) {
        let isEnd = change.kind == .merged || change.kind == .retired
        let cluster = isEnd ? Int32(bitPattern: change.cluster) : Self.newCluster(change)
        let other = Int32(bitPattern: change.cluster ^ change.other) ^ cluster
        let (own, beside) = (majorities[cluster], majorities[other])
        let mirror = steps.indices.first { index in
            let step = steps[index]
            guard !mirrored.contains(index), step.begins <= Int(change.version) else { return false }
            let isOfStep = own.map { step.groups.contains($0) } ?? false
            switch (step.kind, change.kind) {
            case (.birth, .created), (.birth, .split), (.split, .created), (.split, .split): return isOfStep
            case (.merge, .merged): return isOfStep && (beside.map { step.groups.contains($0) } ?? false)
            case (.death, .merged), (.death, .retired), (.scatter, .merged), (.scatter, .retired):
                return before[index]?.clusters.first == cluster
            default: return false
            }
        }
        if let mirror {
            mirrored.insert(mirror)
            return
        }
        func name(_ cluster: Int32, _ group: Int32?) -> String {
            "\(cluster) (group \(group.map { "\($0)" } ?? "–"))"
        }
        let kind = change.origin == .birth ? "born" : "\(change.kind)"
        unmirrored.append(
            "\(change.version) \(kind) \(name(cluster, own))" + (other == 0 ? "" : ", \(name(other, beside))"))
    }
}

extension EpochView {
    /// Whether each member belongs to the group, and to no other.
    func isPure(in group: Int32) -> [Bool] {
        groups.indices.map { groups[$0] == group && isPure[$0] }
    }
}

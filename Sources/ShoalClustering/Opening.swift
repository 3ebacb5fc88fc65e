/// The work of opening an epoch: what the new model changes for the members of each cluster.
struct Opening {
    let old: CompiledModel
    let new: CompiledModel
    let moment: Moment
    let dropsTopics: Bool
    /// The topics that are companions in one of the models only, by number. Empty if there is none.
    private let turned: [Bool]
    /// The viewers on the new model's opt-out list that are not on the old one's.
    private let optedOut: Set<Pseudonym>
    /// The epochs whose watches are published now; nil for none.
    private let watched: ClosedRange<Epoch>?
    /// Whether what members' own watches changed waits: for the opening of the next interval of `output.every`, or for the
    /// rotation that follows.
    private let waits: Bool
    /// Whether members who expire, and are published, stay until the next interval.
    private let staysExpired: Bool
    /// Members that were handled last before these epochs expire: all of them, and those that are not eligible.
    private let expiresBefore: Epoch?
    private let newExpiresBefore: Epoch
    /// The places of clusters in `clusters`.
    private var rows = ClusterIndex()
    private var clusters: [ClusterChanges] = []
    /// The moves of members that the new model has and the old one has not, by both clusters.
    private var moves: [PublishedMove.Pair: PublishedMove] = [:]

    /// What changes for the members of a cluster of the old model.
    private struct ClusterChanges {
        /// Why the members are processed: the first reason that applies; `nil` if they are not.
        var reason: Reason?
        /// Whether the members are assigned again.
        var isTouched = false
        /// Where a member belongs for subscribers who was published, and one who was not.
        var home: ClusterID = 0
        var firstHome: ClusterID = 0

        mutating func add(_ reason: Reason) { self.reason = min(self.reason ?? reason, reason) }
    }

    init(from old: CompiledModel, to new: CompiledModel, closed: Epoch?, epoch: Epoch) {
        (self.old, self.new) = (old, new)
        let settings = new.model.settings
        let watched = closed.flatMap { settings.fixed.published(closing: $0, opening: epoch) }
        let period = settings.fixed.period(of: closed ?? epoch)
        let rotates = period != settings.fixed.period(of: epoch)
        let hasIntervals = settings.fixed.outputEvery.length != nil
        // A rotation has members join where they belong, and nothing tells where they were.
        self.watched = hasIntervals && rotates ? nil : watched
        waits = hasIntervals && (watched == nil || rotates)
        staysExpired = hasIntervals && watched == nil && !rotates
        let length = settings.fixed.epochLength
        // What happened in the epoch that was closed is published under its pseudonyms.
        moment = Moment(time: epoch * length, period: period)
        func before(_ ttl: Int64) -> Epoch { epoch - (ttl + length - 1) / length }
        expiresBefore = settings.memberTTL.map(before)
        newExpiresBefore = before(settings.newMemberTTL)
        dropsTopics = new.removed.indices.contains { index in
            new.removed[index] && !(index < old.removed.count && old.removed[index])
        }
        turned = old.companions == new.companions ? [] : Self.differences(old.companions, new.companions)
        optedOut = old.optedOut == new.optedOut ? [] : new.optedOut.subtracting(old.optedOut)
        add(0, Self.changes(of: new.model.unassignedTouched, since: old))
        for cluster in old.model.clusters { add(cluster.id, changes(of: cluster)) }
        for move in new.model.moves where !old.model.moves.contains(move) {
            moves[move.pair] = move
        }
    }

    private static func differences(_ left: [Bool], _ right: [Bool]) -> [Bool] {
        (0..<max(left.count, right.count)).map { index in
            (index < left.count && left[index]) != (index < right.count && right[index])
        }
    }

    /// Whether the direction of a member changes, because one of its topics becomes a companion, or is none any more.
    func turns(_ members: borrowing MemberTable, _ slot: Int) -> Bool {
        guard !turned.isEmpty else { return false }
        return members.range(slot).contains { place in
            let number = Int(members.topics[place].number)
            return number < turned.count && turned[number]
        }
    }

    private mutating func add(_ cluster: ClusterID, _ changes: ClusterChanges) {
        rows.insert(cluster, row: clusters.count)
        clusters.append(changes)
    }

    private static func changes(of touches: [Touch], since old: CompiledModel) -> ClusterChanges {
        var changes = ClusterChanges()
        for touch in touches where touch.tick > old.model.ticks {
            changes.add(touch.reason)
            changes.isTouched = true
        }
        return changes
    }

    private func changes(of cluster: Cluster) -> ClusterChanges {
        let root = new.model.root(of: cluster.id)
        let index = new.model.index(of: root)
        // A cluster that was retired may have been dropped from the model since.
        let touches = index.map { new.model.clusters[$0].touched } ?? [Touch(tick: .max, reason: .retire)]
        var changes = Self.changes(of: touches, since: old)
        if root != cluster.id { changes.add(.merge) }
        changes.home = new.model.home(of: cluster.id, published: cluster.id)
        changes.firstHome = new.model.home(of: cluster.id, published: 0)
        return changes
    }

    private func changes(of cluster: ClusterID) -> ClusterChanges? { rows[cluster].map { clusters[$0] } }

    func isTouched(_ cluster: ClusterID) -> Bool { changes(of: cluster)?.isTouched ?? false }

    /// Why the members of a cluster are processed.
    func reason(_ cluster: ClusterID) -> Reason? { changes(of: cluster)?.reason }

    /// Whether a member is removed because it was silent for too long. The epoch in which a published one leaves would tell
    /// when it watched last, so it leaves when others change.
    /// - Parameter published: The cluster in which it was published last; 0 for none.
    func isExpired(_ slot: MemberTable.Slot, published: ClusterID) -> Bool {
        guard slot.lastEpoch != .min, published == 0 || !staysExpired else { return false }
        if slot.cluster == MemberTable.uncounted, slot.lastEpoch < newExpiresBefore { return true }
        return expiresBefore.map { slot.lastEpoch < $0 } ?? false
    }

    /// Whether the member is erased because it opted out.
    func erases(_ slot: MemberTable.Slot) -> Bool { !optedOut.isEmpty && optedOut.contains(slot.pseudonym) }

    /// Whether the changes of the member's own watches are published now: it watched something since they were published
    /// last.
    func hasWatched(_ slot: MemberTable.Slot) -> Bool { watched?.contains(slot.lastEpoch) ?? false }

    /// Whether anything changes for the member.
    func concerns(_ members: borrowing MemberTable, _ slot: Int) -> Bool {
        let member = members.slots[slot]
        guard member.isUsed else { return false }
        let changes = changes(of: member.cluster)
        if changes?.reason != nil { return true }
        let published = members.published[slot]
        let isInCluster = member.cluster != 0 && member.cluster != MemberTable.uncounted
        let known = published == 0 ? changes?.firstHome : isInCluster ? changes?.home : nil
        let home = known ?? new.model.home(of: 0, published: published)
        if home != published {
            if hasWatched(member) || isMove(from: published, to: home, left: member.cluster) { return true }
        }
        return isExpired(member, published: published) || erases(member) || turns(members, slot)
            || dropsTopics && members.range(slot).contains { new.hasRemoved(members.topics[$0].number) }
    }

    private func isMove(from: ClusterID, to: ClusterID, left: ClusterID) -> Bool {
        moves[PublishedMove.Pair(from: from, to: to)] != nil
            || publishesEveryMove(of: from, before: old.model.home(of: left, published: from))
    }

    /// Whether a member is published where it belongs, in whatever company: no group is too small, and its own watches led it
    /// nowhere else since it was published.
    private func publishesEveryMove(of published: ClusterID, before: @autoclosure () -> ClusterID) -> Bool {
        new.model.publishesEveryMove && !(waits && before() != published)
    }

    /// Returns where a member is published from now on, and why; `nil` if nothing changes for subscribers.
    ///
    /// What the lifecycle moved is published only as a move of the model, which has enough members. Other members wait
    /// until they watch something. So a small group that the lifecycle moved is never published as one.
    /// - Parameters:
    ///   - published: The cluster in which the member was published last; 0 for none.
    ///   - left: Its cluster before the opening.
    ///   - cluster: Its cluster now.
    ///   - reason: Why the member was processed.
    func move(
        of published: ClusterID, from left: ClusterID, to cluster: ClusterID, hasWatched: Bool, _ reason: Reason?
    ) -> (to: ClusterID, reason: Reason, version: Epoch?)? {
        let home = new.model.home(of: cluster, published: published)
        let before = old.model.home(of: left, published: published)
        if hasWatched, before != published { return (home, .event, nil) }
        if publishesEveryMove(of: published, before: before) { return (home, reason ?? .event, nil) }
        let next = before == published ? new.model.home(of: left, published: published) : home
        if next != published, let move = moves[PublishedMove.Pair(from: published, to: next)] {
            return (next, move.reason, move.version)
        }
        if hasWatched { return (home, .event, nil) }
        guard home != published, let move = moves[PublishedMove.Pair(from: published, to: home)] else { return nil }
        return (home, move.reason, move.version)
    }
}

extension Shard {
    /// The number of members between two commit points of an opening.
    public static var openingStep: Int { 65_536 }

    /// Opens the next epoch with its model. For each member, in the order of pseudonyms: expires it, drops topics that
    /// left the vocabulary, follows merges, and reassigns it if its cluster was touched. Publishes at most one change
    /// per member.
    /// - Parameters:
    ///   - model: The model of version `neededModel`.
    ///   - offset: The offset of the event that opens the epoch.
    ///   - most: The maximum number of members to process.
    /// - Returns: Whether the epoch is open. If not, the phase names the last processed member, and the call must be
    ///   repeated.
    public mutating func open(
        _ model: CompiledModel, offset: Int64, most: Int = Self.openingStep,
        changes: inout [MemberChange]
    ) -> Bool {
        guard case .waiting(let epoch, let after) = phase else { return true }
        let old = current
        let isFirst = openEpoch == nil
        let opening = Opening(from: old, to: model, epoch: epoch, isFirst: isFirst)
        var affected = members.slots.indices.filter { opening.concerns(members, $0) }
        let point = SnapshotPoint(offset: offset, epoch: epoch)
        if ahead != nil { affected.removeAll { isAhead($0, ofOpening: point) } }
        affected.sort { members.slots[$0].pseudonym < members.slots[$1].pseudonym }
        if let after { affected.removeAll { members.slots[$0].pseudonym <= after } }
        adopt(model)
        drift.adopt(model)
        let (closed, part) = (openEpoch, affected.prefix(most))
        openEpoch = epoch
        // Read first, because an expired member is removed below.
        let last = part.last.map { members.slots[$0].pseudonym }
        for slot in part { reassign(at: slot, opening, offset: offset, &changes) }
        if part.count < affected.count, let last {
            // Members that are not processed yet belong to the old model until the opening is complete.
            phase = .waiting(epoch, after: last)
            openEpoch = closed
            adopt(old)
            return false
        }
        if isFirst { settleLandmarks(before: (epoch + 1) * fixed.epochLength - 1, at: point) }
        phase = .open(epoch)
        limit(from: offset)
        return true
    }

    /// The work of an opening.
    struct Opening {
        let old: CompiledModel
        let new: CompiledModel
        /// The reasons for processing members, by cluster.
        let reasons: [ClusterID: Set<Reason>]
        /// The clusters whose members are assigned again.
        let touched: Set<ClusterID>
        /// Members that were handled last before these epochs expire: all of them, and those that are not eligible.
        let expiresBefore: Epoch?
        let newExpiresBefore: Epoch
        let dropsTopics: Bool

        init(from old: CompiledModel, to new: CompiledModel, epoch: Epoch, isFirst: Bool) {
            self.old = old
            self.new = new
            var reasons: [ClusterID: Set<Reason>] = [:]
            var touched: Set<ClusterID> = []
            func add(_ touches: [Touch], to cluster: ClusterID) {
                for touch in touches where touch.tick > old.model.ticks {
                    reasons[cluster, default: []].insert(touch.reason)
                    touched.insert(cluster)
                }
            }
            add(new.model.unassignedTouched, to: 0)
            for cluster in old.model.clusters {
                let root = new.model.root(of: cluster.id)
                if root != cluster.id { reasons[cluster.id, default: []].insert(.merge) }
                if let index = new.model.index(of: root) {
                    add(new.model.clusters[index].touched, to: cluster.id)
                } else {
                    // The cluster was retired, and has been dropped from the model since.
                    add([Touch(tick: .max, reason: .retire)], to: cluster.id)
                }
                let (before, after) = (
                    old.model.publishedCluster(of: cluster.id), new.model.publishedCluster(of: cluster.id)
                )
                if before != after {
                    reasons[cluster.id, default: []].insert(Self.reason(cluster, root: root, published: after))
                }
            }
            self.reasons = reasons
            self.touched = touched
            let settings = new.model.settings
            func before(_ ttl: Int64) -> Epoch {
                epoch - (ttl + settings.fixed.epochLength - 1) / settings.fixed.epochLength
            }
            expiresBefore = settings.memberTTL.map(before)
            newExpiresBefore = before(settings.newMemberTTL)
            dropsTopics = new.removed.indices.contains { index in
                new.removed[index] && !(index < old.removed.count && old.removed[index])
            }
        }

        /// Why the members of a cluster get another published cluster, although they stay in theirs: seen from outside,
        /// a cluster that is suppressed merges with another one, and one that is published is split from it.
        private static func reason(_ cluster: Cluster, root: ClusterID, published: ClusterID) -> Reason {
            if published == 0 { return .retire }
            if published != root { return .merge }
            return cluster.wasPublished ? .split : cluster.origin.reason
        }

        func isExpired(_ slot: MemberTable.Slot) -> Bool {
            guard slot.lastEpoch != .min else { return false }
            if slot.cluster == MemberTable.uncounted, slot.lastEpoch < newExpiresBefore { return true }
            return expiresBefore.map { slot.lastEpoch < $0 } ?? false
        }

        func concerns(_ members: MemberTable, _ slot: Int) -> Bool {
            let member = members.slots[slot]
            guard member.isUsed else { return false }
            return isExpired(member) || reasons[member.cluster] != nil
                || dropsTopics && members.range(slot).contains { new.hasRemoved(members.topics[$0].number) }
        }
    }

    private mutating func reassign(at slot: Int, _ opening: Opening, offset: Int64, _ changes: inout [MemberChange]) {
        touch(slot)
        let member = members.slots[slot]
        let before =
            member.cluster == MemberTable.uncounted ? 0 : opening.old.model.publishedCluster(of: member.cluster)
        if member.cluster != MemberTable.uncounted { delta.add(members, slot, to: member.cluster, sign: -1) }
        if opening.isExpired(member) {
            if member.cluster != MemberTable.uncounted { counters.eligible -= 1 }
            publish(slot, from: before, to: 0, .expired, offset: offset, &changes)
            remove(slot)
            return
        }
        var reasons = opening.reasons[member.cluster] ?? []
        var isTouched = opening.touched.contains(member.cluster)
        if opening.dropsTopics, drop(slot, opening.new) {
            reasons.insert(.topicDropped)
            isTouched = true
        }
        guard member.cluster != MemberTable.uncounted else { return }
        let reason = Reason.allCases.first { reasons.contains($0) } ?? .event
        guard !members.range(slot).isEmpty else {
            counters.eligible -= 1
            members.update(slot) { $0.cluster = MemberTable.uncounted }
            publish(slot, from: before, to: 0, reason, offset: offset, &changes)
            return
        }
        var cluster = opening.new.model.root(of: member.cluster)
        if isTouched { cluster = assign(slot, from: cluster) }
        members.update(slot) { $0.cluster = cluster }
        delta.add(members, slot, to: cluster, sign: 1)
        publish(
            slot, from: before, to: opening.new.model.publishedCluster(of: cluster), reason, offset: offset, &changes)
    }

    /// Removes topics that left the vocabulary from a profile.
    private mutating func drop(_ slot: Int, _ model: CompiledModel) -> Bool {
        var hasDropped = false
        var place = members.range(slot).lowerBound
        while place < members.range(slot).upperBound {
            if model.hasRemoved(members.topics[place].number) {
                members.removeTopic(at: place, from: slot)
                hasDropped = true
            } else {
                place += 1
            }
        }
        if hasDropped { members.aim(slot) }
        return hasDropped
    }

    /// Limits landmarks to the end of the first epoch, and counts genesis as the first epoch.
    private mutating func settleLandmarks(before end: Int64, at point: SnapshotPoint) {
        for slot in members.slots.indices where members.slots[slot].isUsed && !isAhead(slot, ofOpening: point) {
            touch(slot)
            members.update(slot) { member in
                member.landmark = min(member.landmark, end)
                if member.lastEpoch == .min, let openEpoch { member.lastEpoch = openEpoch }
            }
        }
    }
}

extension Shard {
    /// The number of members between two commit points of an opening.
    public static var openingStep: Int { 65_536 }

    /// Opens the next epoch with its model. For each member, in the order of ranks: expires it, drops topics that
    /// left the vocabulary, follows merges, and reassigns it if its cluster was touched. Publishes at most one change
    /// per member: also what its own watches changed, if `output.every` has that published now.
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
        switch phase {
        case .genesis, .open: return true
        case .waiting(let epoch, let after):
            return reassign(model, epoch, after: after, offset: offset, most: most, &changes)
        case .rotating(let epoch, let half, let after):
            return rotate(epoch, half, after: after, offset: offset, most: most, &changes)
        }
    }

    private mutating func reassign(
        _ model: CompiledModel, _ epoch: Epoch, after: UInt128?, offset: Int64, most: Int,
        _ changes: inout [MemberChange]
    ) -> Bool {
        let old = current
        let closed = openEpoch
        let opening = Opening(from: old, to: model, closed: closed, epoch: epoch)
        let period = opening.moment.period
        let rotates = period != fixed.period(of: epoch)
        let point = SnapshotPoint(offset: offset, epoch: epoch)
        var affected: [(rank: UInt128, slot: Int)] = []
        for slot in members.slots.indices where opening.concerns(members, slot) {
            if ahead != nil, isAhead(slot, ofOpening: point) { continue }
            let rank = keys.rank(of: members.slots[slot].pseudonym, in: period)
            if rank > after ?? 0 || after == nil { affected.append((rank, slot)) }
        }
        affected.sort { $0.rank < $1.rank }
        adopt(model)
        drift.adopt(model)
        let part = affected.prefix(most)
        openEpoch = epoch
        // A rotation takes those who wait with it.
        if after == nil, !rotates { decideErasures(of: opening, epoch: epoch) }
        var gone = takeErased(period)
        for entry in part {
            publish(&gone, through: entry.rank, .erased, offset: offset, opening.moment, &changes)
            reassign(entry.slot, opening, offset: offset, &changes)
        }
        let isWhole = part.count == affected.count
        if isWhole { publish(&gone, through: .max, .erased, offset: offset, opening.moment, &changes) }
        erased += gone.map(\.member)
        if !isWhole, let last = part.last {
            // Members that are not processed yet belong to the old model until the opening is complete.
            phase = .waiting(epoch, after: last.rank)
            openEpoch = closed
            adopt(old)
            return false
        }
        recount(by: CountingRule(model.model, epoch: epoch), at: point)
        if closed == nil { settleLandmarks(before: (epoch + 1) * fixed.epochLength - 1, at: point) }
        if rotates {
            phase = .rotating(epoch, halves.first, after: nil)
            openEpoch = closed
            return false
        }
        return finishOpening(epoch, offset: offset)
    }

    mutating func finishOpening(_ epoch: Epoch, offset: Int64) -> Bool {
        openEpoch = epoch
        phase = .open(epoch)
        limit(from: offset)
        return true
    }

    /// Expires a member, drops topics, and reassigns it, as far as the opening requires it, and publishes the outcome.
    private mutating func reassign(
        _ slot: Int, _ opening: Opening, offset: Int64, _ changes: inout [MemberChange]
    ) {
        touch(slot)
        let member = members.slots[slot]
        let (left, published) = (member.cluster, members.published[slot])
        if left != MemberTable.uncounted { delta.add(members, slot, to: left, sign: -1) }
        let isErased = opening.erases(member)
        if isErased || opening.isExpired(member, published: published) {
            if left != MemberTable.uncounted {
                counters.eligible -= 1
                delta.count(published: published, of: left, counts: counts(slot), sign: -1)
                members.update(slot) { $0.cluster = MemberTable.uncounted }
            }
            if isErased {
                counters.erased += 1
                goes(member.pseudonym, from: published, offset: offset, opening.moment, &changes)
            } else {
                publish(slot, to: 0, .expired, offset: offset, opening.moment, &changes)
            }
            remove(slot)
            return
        }
        var isTouched = opening.isTouched(left)
        var reason = opening.reason(left)
        if opening.dropsTopics, drop(slot, opening.new) {
            isTouched = true
            reason = min(reason ?? .topicDropped, .topicDropped)
        }
        if opening.turns(members, slot) {
            aim(slot)
            isTouched = true
            reason = min(reason ?? .topicDropped, .topicDropped)
        }
        var cluster = left
        if left != MemberTable.uncounted, !hasDirection(slot) {
            counters.eligible -= 1
            cluster = MemberTable.uncounted
        } else if left != MemberTable.uncounted {
            cluster = opening.new.model.root(of: left)
            if isTouched { cluster = assign(slot, from: cluster) }
        }
        members.update(slot) { $0.cluster = cluster }
        if cluster != MemberTable.uncounted { delta.add(members, slot, to: cluster, sign: 1) }
        if cluster != left { countPublished(slot, from: left, published, to: cluster) }
        let own = opening.hasWatched(member)
        guard let move = opening.move(of: published, from: left, to: cluster, hasWatched: own, reason) else { return }
        publish(slot, to: move.to, move.reason, model: move.version, offset: offset, opening.moment, &changes)
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
        if hasDropped { aim(slot) }
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
            if let today = counting.today { members.days[slot].add(today) }
        }
    }
}

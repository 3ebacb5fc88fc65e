/// At the beginning of a period, members join their clusters under their new pseudonyms, and then the former ones leave: each
/// half in the order of its pseudonyms, so that nothing joins both. With intervals of `output.every`, the former ones leave
/// first, and members join where they belong now, so that nothing tells what their own watches changed.
extension Shard {
    private var hasIntervals: Bool { fixed.outputEvery.length != nil }

    /// The halves of a rotation in their order.
    var halves: (first: Phase.Rotation, second: Phase.Rotation) {
        hasIntervals ? (.leaving, .joining) : (.joining, .leaving)
    }

    /// Performs a step of a rotation. It moves no member. The changes of the epoch that was closed were published before, under
    /// the former pseudonyms.
    /// - Returns: Whether the epoch is open.
    mutating func rotate(
        _ epoch: Epoch, _ half: Phase.Rotation, after: UInt128?, offset: Int64, most: Int,
        _ changes: inout [MemberChange]
    ) -> Bool {
        let closed = openEpoch
        let period = fixed.period(of: half == .joining ? epoch : closed ?? epoch)
        let moment = Moment(time: epoch * fixed.epochLength, period: period)
        if rotation.isEmpty { rotation = participants(of: half, period, after: after) }
        let part = rotation.suffix(most)
        rotation.removeLast(part.count)
        openEpoch = epoch
        var gone: [(rank: UInt128, member: ErasedMember)] = []
        if half == .leaving {
            endErasureWait()
            gone = takeErased(period)
        }
        for entry in part.reversed() {
            publish(&gone, through: entry.rank, .rotated, offset: offset, moment, &changes)
            let cluster = place(of: entry.slot, half)
            let (from, to) = half == .joining ? (0, cluster) : (cluster, 0)
            append(
                members.slots[entry.slot].pseudonym, from: from, to: to, .rotated, offset: offset, moment, &changes)
            settle(entry.slot, in: cluster, at: SnapshotPoint(offset: offset, epoch: epoch))
        }
        if rotation.isEmpty { publish(&gone, through: .max, .rotated, offset: offset, moment, &changes) }
        erased += gone.map(\.member)
        if rotation.isEmpty, half == halves.second { return finishOpening(epoch, offset: offset) }
        phase =
            rotation.isEmpty
            ? .rotating(epoch, halves.second, after: nil) : .rotating(epoch, half, after: part.first?.rank)
        openEpoch = closed
        return false
    }

    /// Returns the cluster that a member joins or leaves; 0 for none.
    private func place(of slot: Int, _ half: Phase.Rotation) -> ClusterID {
        let published = members.published[slot]
        guard hasIntervals, half == .joining else { return published }
        return current.model.home(of: members.slots[slot].cluster, published: published)
    }

    /// Notes the cluster in which a member is published.
    private mutating func settle(_ slot: Int, in cluster: ClusterID, at point: SnapshotPoint) {
        let published = members.published[slot]
        guard cluster != published, !isAhead(slot, ofOpening: point) else { return }
        touch(slot)
        members.published[slot] = cluster
        countPublished(slot, from: members.slots[slot].cluster, published, to: members.slots[slot].cluster)
    }

    /// Returns the members that join or leave a cluster, the highest rank first.
    /// - Parameter rank: Members up to it are omitted; nil for none.
    private mutating func participants(
        of half: Phase.Rotation, _ period: Int64?, after rank: UInt128?
    ) -> [(rank: UInt128, slot: Int)] {
        var found: [(rank: UInt128, slot: Int)] = []
        for slot in members.slots.indices where members.slots[slot].isUsed && place(of: slot, half) != 0 {
            let own = keys.rank(of: members.slots[slot].pseudonym, in: period)
            if rank.map({ own > $0 }) ?? true { found.append((own, slot)) }
        }
        found.sort { $0.rank > $1.rank }
        return found
    }
}

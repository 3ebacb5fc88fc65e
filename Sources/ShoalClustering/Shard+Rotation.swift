/// At the beginning of a period, members join their clusters under their new pseudonyms, and then the former ones leave: each
/// half in the order of its pseudonyms, so that nothing joins both.
extension Shard {
    /// Performs a step of a rotation. It changes what is published and no member. The changes of the epoch that was closed were
    /// published before, under the former pseudonyms.
    /// - Returns: Whether the epoch is open.
    mutating func rotate(
        _ epoch: Epoch, _ half: Phase.Rotation, after: UInt128?, offset: Int64, most: Int,
        _ changes: inout [MemberChange]
    ) -> Bool {
        let closed = openEpoch
        let period = fixed.period(of: half == .joining ? epoch : closed ?? epoch)
        let moment = Moment(time: epoch * fixed.epochLength, period: period)
        if rotation.isEmpty { rotation = publishedMembers(period, after: after) }
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
            let cluster = members.published[entry.slot]
            let (from, to) = half == .joining ? (0, cluster) : (cluster, 0)
            append(
                members.slots[entry.slot].pseudonym, from: from, to: to, .rotated, offset: offset, moment, &changes)
        }
        if rotation.isEmpty { publish(&gone, through: .max, .rotated, offset: offset, moment, &changes) }
        erased += gone.map(\.member)
        if rotation.isEmpty, half == .leaving { return finishOpening(epoch, offset: offset) }
        phase =
            rotation.isEmpty ? .rotating(epoch, .leaving, after: nil) : .rotating(epoch, half, after: part.first?.rank)
        openEpoch = closed
        return false
    }

    /// Returns the members that are published, the highest rank first.
    /// - Parameter rank: Members up to it are omitted; nil for none.
    private mutating func publishedMembers(_ period: Int64?, after rank: UInt128?) -> [(rank: UInt128, slot: Int)] {
        var found: [(rank: UInt128, slot: Int)] = []
        for slot in members.slots.indices where members.slots[slot].isUsed && members.published[slot] != 0 {
            let own = keys.rank(of: members.slots[slot].pseudonym, in: period)
            if rank.map({ own > $0 }) ?? true { found.append((own, slot)) }
        }
        found.sort { $0.rank > $1.rank }
        return found
    }
}

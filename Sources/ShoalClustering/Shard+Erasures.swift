/// Erased members are published together, so that whoever can erase a viewer does not learn its pseudonym.
extension Shard {
    /// Decides whether the erased members that wait are published by an opening, and remembers it for its further steps.
    mutating func decideErasures(of opening: Opening, epoch: Epoch) {
        let rules = opening.new.model.rules
        let age = (rules.erasureWait + fixed.epochLength - 1) / fixed.epochLength
        let isDue =
            erased.count >= rules.erasedTogether || opening.new.model.publishesEveryMove
            || erased.contains { $0.since <= epoch - age }
        if isDue { endErasureWait() }
    }

    /// Makes the erased members that wait be published by the opening.
    mutating func endErasureWait() {
        for index in erased.indices { erased[index].since = .min }
    }

    /// Takes the erased members that an opening publishes, the highest rank first.
    mutating func takeErased(_ period: Int64?) -> [(rank: UInt128, member: ErasedMember)] {
        let due = erased.filter { $0.since == .min }
        erased.removeAll { $0.since == .min }
        return due.map { (keys.rank(of: $0.member, in: period), $0) }.sorted { $0.rank > $1.rank }
    }

    /// Publishes erased members, up to a rank.
    /// - Parameter gone: The highest rank first. Those that are published are removed.
    mutating func publish(
        _ gone: inout [(rank: UInt128, member: ErasedMember)], through rank: UInt128, _ reason: Reason, offset: Int64,
        _ moment: Moment, _ changes: inout [MemberChange]
    ) {
        while let last = gone.last, last.rank <= rank {
            gone.removeLast()
            let gone = last.member
            append(gone.member, from: gone.published, to: 0, reason, offset: offset, moment, &changes)
        }
    }

    /// Publishes that a member was erased, at once or later.
    /// - Parameter published: The cluster in which it was published; 0 for none: nothing is published.
    mutating func goes(
        _ member: Pseudonym, from published: ClusterID, offset: Int64, _ moment: Moment, _ changes: inout [MemberChange]
    ) {
        guard published != 0 else { return }
        if current.rules.publishesAtOnce {
            append(member, from: published, to: 0, .erased, offset: offset, moment, &changes)
        } else {
            erased.append(ErasedMember(member: member, published: published, since: openEpoch ?? .min))
        }
    }

    /// Publishes that an erased member was erased if it still waits for that: before the viewer is published again.
    mutating func publishErasure(
        of member: Pseudonym, offset: Int64, _ moment: Moment, _ changes: inout [MemberChange]
    ) {
        guard let index = erased.firstIndex(where: { $0.member == member }) else { return }
        let gone = erased.remove(at: index)
        append(member, from: gone.published, to: 0, .erased, offset: offset, moment, &changes)
    }
}

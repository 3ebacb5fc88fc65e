/// A member as it stands in a shard.
public struct MemberView: Sendable {
    public var pseudonym: Pseudonym
    /// That its direction is counted in; 0: eligible and in none; nil: not eligible.
    public var cluster: ClusterID?
    public var events: UInt32
    /// The epoch that was open when it was last handled; `.min`: genesis.
    public var lastEpoch: Epoch
    /// Topics ascending, no zero; Q15.
    public var direction: [Component]
}

extension Shard {
    /// Visits all members, in the order of their pseudonyms. Sorts and copies: for tests, reports and comparisons.
    public func forEachMember(_ body: (MemberView) -> Void) {
        let used = members.slots.indices.filter { members.slots[$0].isUsed }
        for slot in used.sorted(by: { members.slots[$0].pseudonym < members.slots[$1].pseudonym }) {
            body(view(slot))
        }
    }

    /// Visits the eligible members, in no order that means anything: who, in which cluster (0: in none), and in which for the
    /// outside.
    public func forEachEligible(_ body: (Pseudonym, _ cluster: ClusterID, _ outside: ClusterID) -> Void) {
        var outsides: [ClusterID: ClusterID] = [:]
        for member in members.slots where member.isUsed && member.cluster != MemberTable.uncounted {
            let outside = outsides[member.cluster] ?? current.model.outside(of: member.cluster)
            outsides[member.cluster] = outside
            body(member.pseudonym, member.cluster, outside)
        }
    }

    /// One member; nil: nobody knows him.
    public func member(_ pseudonym: Pseudonym) -> MemberView? {
        members.find(pseudonym).map(view)
    }

    private func view(_ slot: Int) -> MemberView {
        let member = members.slots[slot]
        return MemberView(
            pseudonym: member.pseudonym, cluster: member.cluster == MemberTable.uncounted ? nil : member.cluster,
            events: member.events, lastEpoch: member.lastEpoch, direction: members.direction(slot))
    }
}

extension MemberTable {
    /// A member's direction, topics ascending, zeros left out.
    func direction(_ slot: Int) -> [Component] {
        let range = range(slot)
        let topics = topics.span.extracting(range)
        return unsafe Array(unsafeUninitializedCapacity: range.count) { components, count in
            for place in topics.indices where topics[place].direction > 0 {
                // They are few: each finds its place from behind. Safe: there is room for all, and what is read was written.
                let component = Component(topic: topics[place].number, value: topics[place].direction)
                var index = count
                while index > 0, unsafe components[index - 1].topic > component.topic {
                    unsafe components[index] = unsafe components[index - 1]
                    index -= 1
                }
                unsafe components[index] = component
                count += 1
            }
        }
    }
}

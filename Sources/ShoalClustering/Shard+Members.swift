/// A member's state in a shard.
public struct MemberView: Sendable {
    public var pseudonym: Pseudonym
    /// The cluster whose sums include the member; 0 if eligible and unassigned, `nil` if not eligible.
    public var cluster: ClusterID?
    public var events: UInt32
    /// The epoch that was open when the member was last handled; `.min` for genesis.
    public var lastEpoch: Epoch
    /// Topics ascending, no zero; Q15.
    public var direction: [Component]
}

extension Shard {
    /// Visits all members in the order of pseudonyms. Sorts and copies; for tests, reports and comparisons.
    public func forEachMember(_ body: (MemberView) -> Void) {
        let used = members.slots.indices.filter { members.slots[$0].isUsed }
        for slot in used.sorted(by: { members.slots[$0].pseudonym < members.slots[$1].pseudonym }) {
            body(view(slot))
        }
    }

    /// Visits the eligible members in unspecified order, with cluster (0 if unassigned) and published cluster.
    public func forEachEligible(_ body: (Pseudonym, _ cluster: ClusterID, _ publishedCluster: ClusterID) -> Void) {
        var published: [ClusterID: ClusterID] = [:]
        for member in members.slots where member.isUsed && member.cluster != MemberTable.uncounted {
            let publishedCluster = published[member.cluster] ?? current.model.publishedCluster(of: member.cluster)
            published[member.cluster] = publishedCluster
            body(member.pseudonym, member.cluster, publishedCluster)
        }
    }

    /// Returns a member, or `nil` if it is unknown.
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
    /// Returns a member's direction, topics ascending, without zeros.
    func direction(_ slot: Int) -> [Component] {
        let range = range(slot)
        let topics = topics.span.extracting(range)
        return unsafe Array(unsafeUninitializedCapacity: range.count) { components, count in
            for place in topics.indices where topics[place].direction > 0 {
                // Insertion sort, since there are few. Safe: there is room for all, and only written elements are read.
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

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
    /// The cluster in which the member was last published; 0 for none.
    public var published: ClusterID
    /// Whether the member counts towards `privacy.min-cluster-size` in the open epoch.
    public var counts: Bool
}

extension Shard {
    /// Returns the cluster in which a member was published last; 0: none, as of members that are not known.
    public func publishedCluster(of member: Pseudonym) -> ClusterID {
        members.find(member).map { members.published[$0] } ?? 0
    }

    /// Returns the names of the topics in a member's profile, the one with the largest weight first. Topics that no model has named yet
    /// are left out.
    public func topicNames(of member: Pseudonym) -> [String] {
        members.find(member).map { current.model.names(weights($0).map(\.topic)) } ?? []
    }

    /// Visits all members in the order of pseudonyms. Sorts and copies; for tests, reports and comparisons.
    public func forEachMember(_ body: (MemberView) -> Void) {
        let used = members.slots.indices.filter { members.slots[$0].isUsed }
        for slot in used.sorted(by: { members.slots[$0].pseudonym < members.slots[$1].pseudonym }) {
            body(view(slot))
        }
    }

    /// Visits the members that are eligible or published, in unspecified order, with their cluster (0 if unassigned, `nil`
    /// if not eligible) and the cluster in which they were last published (0 for none).
    public func forEachPlace(_ body: (Pseudonym, _ cluster: ClusterID?, _ published: ClusterID) -> Void) {
        for (slot, member) in members.slots.enumerated() where member.isUsed {
            let isEligible = member.cluster != MemberTable.uncounted
            guard isEligible || members.published[slot] != 0 else { continue }
            body(member.pseudonym, isEligible ? member.cluster : nil, members.published[slot])
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
            events: member.events, lastEpoch: member.lastEpoch, direction: members.direction(slot),
            published: members.published[slot], counts: counts(slot))
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

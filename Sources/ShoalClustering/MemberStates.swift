/// The states of several members in contiguous arrays, without an object per member.
public struct MemberStates: Equatable, Sendable {
    public package(set) var fields: [MemberFields] = []
    /// The end of each member's topics.
    public package(set) var ends: [Int] = []
    public package(set) var topics: [TopicNumber] = []
    public package(set) var weights: [UInt32] = []
    public package(set) var directions: [UInt16] = []
    /// Members that have been removed.
    public private(set) var removed: [Pseudonym] = []

    public init() {}

    public var isEmpty: Bool { fields.isEmpty && removed.isEmpty }

    /// The number of members, including removed ones.
    public var count: Int { fields.count + removed.count }

    /// Returns the places of a member's topics in the three arrays.
    @inlinable
    public func range(_ index: Int) -> Range<Int> {
        (index == 0 ? 0 : ends[index - 1])..<ends[index]
    }

    mutating func append(_ members: borrowing MemberTable, _ slot: Int) {
        fields.append(members.fields(slot))
        for place in members.range(slot) {
            let topic = members.topics[place]
            topics.append(topic.number)
            weights.append(topic.weight)
            directions.append(topic.direction)
        }
        ends.append(topics.count)
    }

    mutating func append(removed pseudonym: Pseudonym) {
        removed.append(pseudonym)
    }

    package mutating func removeAll() {
        fields.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        topics.removeAll(keepingCapacity: true)
        weights.removeAll(keepingCapacity: true)
        directions.removeAll(keepingCapacity: true)
        removed.removeAll(keepingCapacity: true)
    }
}

@testable import ShoalPipeline

/// The consumer group on the simulated broker: the classic protocol, eager, with static members.
struct SimulatedGroup {
    /// The id of a member. A join without an id creates a new one.
    typealias MemberID = Int

    /// The metadata sent with offsets.
    struct Metadata: Hashable {
        var member: MemberID
        var generation: Int
    }

    struct Member {
        /// `group.instance.id`.
        var instance: Int
        var hasJoined = false
        var parts: [AssignedPartition] = []
    }

    enum Heartbeat: Equatable {
        case fine
        case rebalance
        case lost
        case fencedInstance
    }

    private(set) var generation = 0
    private(set) var members: [MemberID: Member] = [:]
    /// The time since which the group waits for members to join; `nil` if it is stable.
    private(set) var preparingSince: Int?
    /// Members that lost their place to another process with the same instance id.
    private var replaced: Set<MemberID> = []
    private var nextID = 1

    var isStable: Bool { preparingSince == nil }

    /// Joins or rejoins. A static member that returns to a stable group gets its previous assignment, and the
    /// generation does not change.
    mutating func join(_ id: MemberID?, instance: Int, now: Int) -> MemberID {
        if let id, members[id] != nil {
            if isStable { prepare(now) }
            members[id]?.hasJoined = true
            return id
        }
        let new = nextID
        nextID += 1
        if let old = members.first(where: { $0.value.instance == instance }) {
            members[old.key] = nil
            replaced.insert(old.key)
            members[new] = old.value
            if !isStable { members[new]?.hasJoined = true }
            return new
        }
        prepare(now)
        members[new] = Member(instance: instance, hasJoined: true)
        return new
    }

    /// Returns the assignment of a joined member; `nil` if the group is not stable yet.
    /// - Throws: `groupLost`, `fencedInstance`.
    func assignment(_ id: MemberID) throws(SimulatedKafka.Failure) -> (parts: [AssignedPartition], metadata: Metadata)?
    {
        guard let member = members[id] else { throw replaced.contains(id) ? .fencedInstance : .groupLost }
        guard isStable else { return nil }
        return (member.parts, Metadata(member: id, generation: generation))
    }

    func heartbeat(_ metadata: Metadata) -> Heartbeat {
        guard members[metadata.member] != nil else {
            return replaced.contains(metadata.member) ? .fencedInstance : .lost
        }
        guard metadata.generation == generation else { return .lost }
        return isStable ? .fine : .rebalance
    }

    /// Checks whether offsets with this metadata are accepted. The owner of the partition is not checked.
    func check(_ metadata: Metadata) throws(SimulatedKafka.Failure) {
        guard members[metadata.member] != nil else {
            throw replaced.contains(metadata.member) ? .fencedInstance : .groupLost
        }
        guard metadata.generation == generation else { throw .groupLost }
    }

    /// Removes an instance whose session has ended, or which an operator removes.
    mutating func expel(instance: Int, now: Int) {
        guard let id = members.first(where: { $0.value.instance == instance })?.key else { return }
        members[id] = nil
        prepare(now)
    }

    /// Starts a rebalance.
    mutating func prepare(_ now: Int) {
        guard isStable else { return }
        preparingSince = now
        for id in members.keys { members[id]?.hasJoined = false }
    }

    /// Completes the rebalance if all members have joined, or, if forced, without the others. `draw` picks an owner for
    /// each part.
    mutating func complete(parts: [AssignedPartition], isForced: Bool, _ draw: (Int) -> Int) {
        guard !isStable else { return }
        let joined = members.filter { $0.value.hasJoined }.keys.sorted()
        guard !joined.isEmpty, isForced || joined.count == members.count else { return }
        for id in members.keys where !(members[id]?.hasJoined ?? false) { members[id] = nil }
        generation += 1
        preparingSince = nil
        for id in joined { members[id]?.parts = [] }
        for part in parts { members[joined[draw(joined.count)]]?.parts.append(part) }
    }
}

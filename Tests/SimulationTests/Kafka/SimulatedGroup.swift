@testable import Pipeline

/// The consumer group on the simulated broker: the classic protocol, eager, with static members.
struct SimulatedGroup {
    /// What a member is known by; a new one with every join that does not name it.
    typealias MemberID = Int

    /// What offsets are sent with.
    struct Metadata: Hashable {
        var member: MemberID
        var generation: Int
    }

    struct Member {
        /// `group.instance.id`.
        var instance: Int
        var hasJoined = false
        var parts: [Part] = []
    }

    enum Heartbeat: Equatable {
        case fine
        case rebalance
        case lost
        case fencedInstance
    }

    private(set) var generation = 0
    private(set) var members: [MemberID: Member] = [:]
    /// Since when members are waited for; nil: stable.
    private(set) var preparingSince: Int?
    /// Members that lost their place to another process of the same instance.
    private var replaced: Set<MemberID> = []
    private var nextID = 1

    var isStable: Bool { preparingSince == nil }

    /// Joins, or joins again. A static member that comes back while the group is stable gets its old assignment, and the
    /// generation stays.
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

    /// The assignment of a member that has joined; nil: the group is not stable yet.
    /// - Throws: `groupLost`, `fencedInstance`.
    func assignment(_ id: MemberID) throws(SimulatedKafka.Failure) -> (parts: [Part], metadata: Metadata)? {
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

    /// Whether offsets with this metadata are accepted. Who owns a partition is not looked at.
    func check(_ metadata: Metadata) throws(SimulatedKafka.Failure) {
        guard members[metadata.member] != nil else {
            throw replaced.contains(metadata.member) ? .fencedInstance : .groupLost
        }
        guard metadata.generation == generation else { throw .groupLost }
    }

    /// The session of an instance ends, or it is told to go.
    mutating func expel(instance: Int, now: Int) {
        guard let id = members.first(where: { $0.value.instance == instance })?.key else { return }
        members[id] = nil
        prepare(now)
    }

    /// A rebalance begins.
    mutating func prepare(_ now: Int) {
        guard isStable else { return }
        preparingSince = now
        for id in members.keys { members[id]?.hasJoined = false }
    }

    /// The rebalance ends: when all have joined, or by force without those who have not. `draw` picks an owner for each part.
    mutating func complete(parts: [Part], isForced: Bool, _ draw: (Int) -> Int) {
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

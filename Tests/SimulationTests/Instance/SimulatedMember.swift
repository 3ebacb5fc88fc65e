@testable import ShoalPipeline

/// The part of a group member that librdkafka performs in the background: it joins, sends heartbeats, and reports
/// changes of the assignment. It rejoins only after the revocation has been acknowledged.
struct SimulatedMember {
    enum Event: Equatable {
        case assigned([AssignedPartition])
        case revoked(isLost: Bool)
        /// Another process has this instance's id.
        case fencedInstance
    }

    private enum State {
        case out
        case wanting(SimulatedGroup.MemberID?)
        case joining(SimulatedGroup.MemberID)
        case assigned(SimulatedGroup.Metadata)
        case revoking(SimulatedGroup.MemberID?)
    }

    let instance: Int
    private(set) var events: [Event] = []
    private var state = State.out

    init(instance: Int) {
        self.instance = instance
    }

    mutating func join() {
        state = .wanting(nil)
        events = []
    }

    /// Leaves the group. A static member keeps its place until its session ends.
    mutating func leave() {
        state = .out
        events = []
    }

    mutating func nextEvent() -> Event? {
        events.isEmpty ? nil : events.removeFirst()
    }

    /// The metadata of the assignment at the time of its acceptance.
    var metadata: SimulatedGroup.Metadata? {
        guard case .assigned(let metadata) = state else { return nil }
        return metadata
    }

    mutating func acknowledgeRevocation() {
        if case .revoking(let id) = state { state = .wanting(id) }
    }

    /// - Parameter joinsBehindOurBack: Whether the member rejoins without waiting for the acknowledgement.
    mutating func step(_ group: inout SimulatedGroup, now: Int, joinsBehindOurBack: Bool = false) {
        switch state {
        case .out, .revoking: break
        case .wanting(let id):
            state = .joining(group.join(id, instance: instance, now: now))
        case .joining(let id):
            do throws(SimulatedKafka.Failure) {
                if let (parts, metadata) = try group.assignment(id) {
                    state = .assigned(metadata)
                    events.append(.assigned(parts))
                } else {
                    _ = group.join(id, instance: instance, now: now)
                }
            } catch {
                if error == .fencedInstance { return fence() }
                state = .wanting(nil)
            }
        case .assigned(let metadata):
            switch group.heartbeat(metadata) {
            case .fine: break
            case .rebalance:
                events.append(.revoked(isLost: false))
                state = .revoking(metadata.member)
                if joinsBehindOurBack { _ = group.join(metadata.member, instance: instance, now: now) }
            case .lost:
                events.append(.revoked(isLost: true))
                state = .revoking(nil)
            case .fencedInstance: fence()
            }
        }
    }

    private mutating func fence() {
        events.append(.fencedInstance)
        state = .out
    }
}

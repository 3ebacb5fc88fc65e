import ShoalKafka
import Testing

@testable import ShoalPipeline

@Suite("Foreign members of the consumer group")
struct ForeignMemberTests {
    private let topics: Set<String> = ["in", "deltas"]

    private func verdict(
        _ instance: String?, client: String, clientID: String? = nil, _ partitions: [TopicPartition] = []
    ) -> Admin.Group.Verdict {
        let member = Admin.Member(instance: instance, client: client, host: "10.0.0.7", id: "m", partitions: partitions)
        return Admin.Group.verdict(member, clientID: clientID, topics: topics)
    }

    @Test("instances are static members with their own names, or the client id that was set")
    func instances() {
        #expect(verdict("a", client: "a", [TopicPartition("in", 0), TopicPartition("deltas", 0)]) == .ours)
        #expect(verdict("a", client: "x", clientID: "x") == .ours)
        #expect(verdict("a", client: "x") == .doubtful)
    }

    @Test("dynamic members, and those with other topics, are foreign")
    func foreign() {
        #expect(verdict(nil, client: "rdkafka") == .foreign)
        #expect(verdict("a", client: "a", [TopicPartition("other", 0)]) == .foreign)
    }

    @Test("an instance is not ready while a foreign member has partitions, and says who has them")
    func readiness() {
        var snapshot = PipelineStatistics.Snapshot()
        snapshot.state = .working
        #expect(snapshot.isReady)
        snapshot.foreignMembers = [
            ForeignMember(client: "rdkafka", host: "10.0.0.7", id: "m", partitions: [TopicPartition("in", 1)])
        ]
        let problems = Health.readiness(snapshot).compactMap(\.problem)
        #expect(!snapshot.isReady)
        #expect(
            problems == ["another program is in the consumer group: client \"rdkafka\" at 10.0.0.7 has in [1]"])
        snapshot.foreignMembers[0].partitions = []
        #expect(snapshot.isReady)
    }

    @Test("an instance that joins says for whom the group waits, and until when")
    func wait() {
        var snapshot = PipelineStatistics.Snapshot()
        snapshot.state = .joining
        snapshot.groupWait = GroupWait(members: ["b (10.0.0.2)"], until: 1_767_225_610_000)
        #expect(
            Health.readiness(snapshot).first?.problem
                == "joining the group; waiting for b (10.0.0.2) to rejoin; missing members are removed by "
                + "2026-01-01T00:00:10Z")
    }
}

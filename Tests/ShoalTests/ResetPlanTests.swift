import Foundation
import ShoalKafka
import Testing

@testable import ShoalOperator

@Suite("The plan of a reset")
struct ResetPlanTests {
    private static let directory = "/var/lib/shoal"

    private static var found: ResetPlan.Found {
        var found = ResetPlan.Found(application: "app", kept: ["watched", "changes"])
        (found.hasGroup, found.positions, found.instances) = (true, 1, ["a", "b"])
        found.topics = [
            (Admin.NewTopic("app-deltas", partitions: 1), 1, 12_345),
            (Admin.NewTopic("app-state", partitions: 8), 4, 7),
        ]
        found.missing = [Admin.NewTopic("app-models", partitions: 1)]
        (found.directory, found.checkpoints) = (directory, [URL(fileURLWithPath: "\(directory)/app-0.checkpoint")])
        return found
    }

    @Test("everything that was found is named: what is deleted, then what is created, then what stays")
    func lines() {
        let plan = ResetPlan(Self.found, isMeant: false)
        #expect(
            plan.lines == [
                "group app: would be deleted, with 1 committed position",
                "topic app-deltas: would be deleted, with 12,345 offsets, and created again with 1 partition",
                "topic app-state: would be deleted, with 7 offsets, and created again with 8 partitions, instead of 4",
                "1 checkpoint in /var/lib/shoal: would be deleted on this host",
                "topic app-models: would be created, 1 partition",
                "checkpoints on other hosts: would be set aside when an instance starts there, and may be deleted",
                "unchanged: watched, changes",
            ])
        #expect(plan.instances == ["a", "b"] && plan.hasGroup && plan.checkpoints.count == 1)
        #expect(plan.topics.map(\.topic.name) == ["app-deltas", "app-state", "app-models"])
        #expect(plan.topics.map(\.exists) == [true, true, false])
    }

    @Test("the lines say that it will happen if it is meant, and that it would happen if not")
    func verbs() {
        let (shown, meant) = (ResetPlan(Self.found, isMeant: false), ResetPlan(Self.found, isMeant: true))
        #expect(meant.lines == shown.lines.map { $0.replacing(" would be ", with: " will be ") })
    }

    @Test("without group, topics and checkpoints there is nothing to do, and missing topics are not created")
    func nothing() {
        var found = ResetPlan.Found(application: "app", kept: ["watched"], directory: Self.directory)
        found.missing = [Admin.NewTopic("app-models", partitions: 1)]
        let plan = ResetPlan(found, isMeant: true)
        #expect(plan.isEmpty && plan.topics.isEmpty)
        #expect(plan.lines == ["application app does not exist: no group, no topics"])
    }

    @Test("without a directory for checkpoints, none is mentioned")
    func withoutDirectory() {
        var found = Self.found
        (found.directory, found.checkpoints) = (nil, [])
        #expect(!ResetPlan(found, isMeant: true).lines.contains { $0.contains("checkpoint") })
    }

    @Test("the checkpoints of an application are those of its partitions, damaged ones too")
    func checkpoints() {
        let files = [
            "app-3.checkpoint.bad", "app-test-1.checkpoint", "app-1.checkpoint", "app-1.lock",
            "application-1.checkpoint",
            "app-x.checkpoint", "other", "app-",
        ]
        #expect(ResetPlan.checkpoints(of: "app", among: files) == ["app-1.checkpoint", "app-3.checkpoint.bad"])
        #expect(ResetPlan.checkpoints(of: "app-test", among: files) == ["app-test-1.checkpoint"])
    }
}

import Foundation
import ShoalKafka
import TestSupport
import Testing

@Suite("shoal reset", .serialized)
struct ResetTests {
    private func changes(_ application: ObservedApplication) throws -> [String] {
        try shoal(["changes", "--json", "--from", "beginning", "--until", "end"] + application.settings()).lines
            .sorted()
    }

    private func runToEnd(_ application: ObservedApplication, _ settings: [String: String]) async throws -> ShoalProcess
    {
        let instance = try application.run(ObservedApplication.short.merging(settings) { $1 })
        _ = try await application.status { status in
            status["lag"] as? Int == 0 && ObservedApplication.model(status)["shown"] as? Int == 2
                && ObservedApplication.partitions(status).allSatisfy { $0["is_caught_up"] as? Bool == true }
                && (status["waiting"] as? [String: Any])?["is_held_back"] as? Bool == false
        }
        return instance
    }

    @Test(
        "it refuses while the group has members, and afterwards a new run gives the same result",
        .enabled(if: TestBroker.hasApache, "needs Apache Kafka: noida never forgets a static member"))
    func anew() async throws {
        let application = try await ObservedApplication(TestBroker.convincing)
        let folder = try TemporaryFolder()
        for file in ["0.checkpoint", "1.checkpoint.bad"] { _ = try folder.file("\(application.name)-\(file)", "x") }
        let other = try folder.file("\(application.name)-x-0.checkpoint", "x")
        try application.createTopics(partitions: 2)
        try await application.publish()
        let admin = try Admin(application.broker.configuration())
        let settings = application.settings()
        // The checkpoint directory of another host, which the reset cannot reach.
        let host = try TemporaryFolder()
        let copies = [
            "snapshot.interval": "100ms", "checkpoint.directory": host.url.path, "checkpoint.interval": "1s",
        ]
        let instance = try await runToEnd(application, copies.merging(["instance.id": "anna"]) { $1 })
        let copy = host.url.appending(path: "\(application.name)-1.checkpoint")
        let end = ContinuousClock.now + patience
        while !FileManager.default.fileExists(atPath: copy.path), ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(50))
        }
        let before = try changes(application)
        #expect(before.count > 5)
        let dry = try shoal(["reset"] + settings)
        #expect(
            dry.status == 0 && dry.output.contains("It would be refused now: the group has members: anna"),
            "\(dry.output)")
        #expect(dry.output.contains("group \(application.name): would be deleted"), "\(dry.output)")
        let refused = try shoal(["reset", "--confirm", application.name] + settings)
        #expect(refused.status == 1 && refused.output.hasPrefix("refused; nothing was changed"), "\(refused.output)")
        #expect(!refused.output.contains("deleted") && !refused.output.contains("created"), "\(refused.output)")
        #expect(try await instance.stop() == 0)
        let wrong = try shoal(["reset", "--confirm", "shoal"] + settings)
        #expect(wrong.status == 64 && wrong.output.contains("the application's id is \(application.name)"))
        let nobody = try shoal(["reset", "--apply", "--wait", "20s"] + settings)
        #expect(nobody.status == 64 && nobody.output.contains("standard input is not a terminal"), "\(nobody.output)")
        let shown = try shoal(["reset"] + settings)
        #expect(shown.lines.last == "Nothing was changed. Use --apply to run it.", "\(shown.output)")
        let plan = shown.lines.filter { $0.contains("deleted") || $0.contains("created") }
        #expect(plan.count >= 4 && plan.allSatisfy { $0.contains(" would be ") || $0.contains("may be") }, "\(plan)")
        #expect(try changes(application) == before, "nothing was done so far")

        let done = try shoal(
            [
                "reset", "--confirm", application.name, "--with-output", "--set",
                "checkpoint.directory=\(folder.url.path)",
            ]
                + settings)
        #expect(done.status == 0 && done.lines.last?.hasPrefix("done") == true, "\(done.output)")
        let order = done.lines.map {
            $0.contains(" will be ") ? 0 : $0.contains(": deleted") || $0.contains(": created") ? 1 : -1
        }
        .filter { $0 >= 0 }
        #expect(order == order.sorted() && order.contains(0) && order.contains(1), "first the plan: \(done.output)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == [
                (other as NSString).lastPathComponent
            ])
        for topic in ["deltas", "models", "state"] {
            let marks = try await admin.watermarks(of: TopicPartition("\(application.name)-\(topic)", 0))
            #expect(marks.high == 0, "\(topic)")
        }
        #expect(try await admin.watermarks(of: TopicPartition("\(application.name)-in", 0)).high > 0, "the input stays")
        #expect(try await admin.configuration(of: "\(application.name)-state")["cleanup.policy"] == "compact")
        let described = try shoal(["topics", "describe", "--check"] + settings)
        #expect(described.status == 0, "\(described.output)")
        #expect(try changes(application).isEmpty)
        let empty = try application.status()
        #expect(empty["model"] == nil && ObservedApplication.partitions(empty).allSatisfy { $0["position"] == nil })
        let second = try await runToEnd(application, ["instance.id": "berta", "snapshot.interval": "100ms"])
        #expect(try await second.stop() == 0)
        #expect(try changes(application) == before, "the same changes, id by id")
        let third = try application.run(
            ObservedApplication.short.merging(copies) { $1 }.merging(["instance.id": "carla"]) { $1 })
        try await third.waitForLog("checkpoint cannot be used")
        #expect(
            third.log.contains(
                "not of this partition's state: it was written before \(application.name) was "
                    + "reset"))
        let due = ContinuousClock.now + patience
        while !FileManager.default.fileExists(atPath: copy.path + ".bad"), ContinuousClock.now < due {
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(try await third.stop() == 0)
        #expect(FileManager.default.fileExists(atPath: copy.path + ".bad"), "it is set aside")
        #expect(try changes(application) == before, "and nothing comes of it")
    }

    @Test("an interrupted reset is completed by the next one, and a reset of nothing does nothing")
    func interrupted() async throws {
        let application = try await ObservedApplication()
        let none = try shoal(["reset", "--confirm", application.name] + application.settings())
        #expect(
            none.status == 0 && none.output.contains("application \(application.name) does not exist"), "\(none.output)"
        )
        try application.createTopics(partitions: 3)
        let shown = try shoal(["reset"] + application.settings())
        let plan = shown.lines.filter { $0.contains("deleted") || $0.contains("created") }
        #expect(!plan.isEmpty && plan.allSatisfy { $0.contains(" would be ") }, "\(shown.output)")
        let admin = try Admin(application.broker.configuration())
        #expect(try await admin.delete(["\(application.name)-state"]).isEmpty)
        while try await admin.partitions(of: "\(application.name)-state") != nil {
            try await Task.sleep(for: .milliseconds(50))
        }
        let done = try shoal(["reset", "--confirm", application.name] + application.settings())
        #expect(
            done.status == 0 && done.output.contains("topic \(application.name)-state: created, 3 partitions"),
            "\(done.output)")
        #expect(try await admin.partitions(of: "\(application.name)-state") == 3)
    }
}

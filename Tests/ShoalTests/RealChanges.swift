import Foundation
import TestSupport

/// The changes that an instance published for simulated events. Created once and shared by tests.
struct RealChanges: Sendable {
    var broker: TestBroker
    var input: String
    var output: String
    var members: String
    var clusters: String
    /// The output of `shoal changes --json`.
    var lines: [String]

    static func shared() async throws -> RealChanges { try await RealChangesMaker.shared.made() }
}

private actor RealChangesMaker {
    static let shared = RealChangesMaker()
    private var task: Task<RealChanges, any Error>?

    func made() async throws -> RealChanges {
        let task = task ?? Task { try await Self.make() }
        self.task = task
        return try await task.value
    }

    private static func make() async throws -> RealChanges {
        let broker = try await TestBroker.shared()
        let name = uniqueName("real")
        let folder = try TemporaryFolder()
        let topics = folder.url.appending(path: "topics.txt").path
        let settings = [
            "application.id": name, "input.topic": "\(name)-in", "output.topic": "\(name)-out",
            "members.topic": "\(name)-members", "clusters.topic": "\(name)-clusters",
            "kafka.bootstrap.servers": broker.bootstrap, "epoch.future": "allow",
            "epoch.idle-timeout": "300ms", "clock.quorum": "4", "members.min-events": "3", "topics.file": topics,
            "clusters.seed-members": "300", "clusters.initial": "6", "privacy.min-cluster-size": "20",
        ].sorted { $0.key < $1.key }.flatMap { ["--set", "\($0.key)=\($0.value)"] }
        func check(_ words: [String]) throws -> CommandResult {
            let result = try shoal(words)
            guard result.status == 0 else { throw ProcessMisbehaved(description: "\(words): \(result.output)") }
            return result
        }
        let stream = [
            "--viewers", "600", "--videos", "1000", "--archetypes", "6", "--rate", "2", "--epochs", "14",
        ]
        _ = try check(["simulate", "/dev/null", "--topics-file", topics] + stream)
        _ = try check(["topics", "create", "--partitions", "2"] + settings)
        _ = try check(["simulate", "--topic", "\(name)-in"] + stream + settings)
        let process = try ShoalProcess(
            ["run"] + settings, environment: ["SHOAL_PRIVACY_KEY": TestKey.digits])
        var lines: [String] = []
        let end = ContinuousClock.now + patience
        while !lines.contains(where: { $0.contains("member_moved") }) {
            guard ContinuousClock.now < end, process.isRunning else {
                throw ProcessMisbehaved(description: "nobody moved:\n\(process.log)")
            }
            try await Task.sleep(for: .milliseconds(200))
            lines = try check(["changes", "--json", "--from", "beginning", "--until", "end"] + settings).lines
        }
        try await process.stop()
        lines = try check(["changes", "--json", "--from", "beginning", "--until", "end"] + settings).lines
        return RealChanges(
            broker: broker, input: "\(name)-in", output: "\(name)-out", members: "\(name)-members",
            clusters: "\(name)-clusters", lines: lines)
    }
}

import Foundation
import TestSupport
import Testing

/// The parameters from the environment.
private enum Upgrade {
    /// The path of the other program.
    static let base = ProcessInfo.processInfo.environment["SHOAL_TEST_BASE_PROGRAM"]
    static let names = ["a", "b", "c"]
}

extension MainJob {
    /// `make test-upgrade BASE=REV` builds the program of another revision for this test.
    @Suite(
        "Rolling upgrade and rollback under load", .serialized,
        .enabled(
            if: Upgrade.base != nil && TestBroker.hasTools,
            "needs SHOAL_TEST_BASE_PROGRAM, the program of another revision, and Apache Kafka: `make test-upgrade`"))
    struct UpgradeTests {
        /// Three instances and the program that each of them runs.
        private final class Group {
            let application: Application
            let watch: ProgressWatch
            var instances: [String: ShoalProcess] = [:]

            init(_ application: Application, _ load: Load) throws {
                self.application = application
                watch = try ProgressWatch(application, partitions: Load.partitions) { load.published }
            }

            deinit { watch.stop() }

            func start(_ name: String, _ program: String?) async throws {
                let instance = try application.start(name, program: program)
                instances[name] = instance
                try await instance.waitForLog("took over")
            }

            /// Stops the instances one after the other, and restarts each with the other program.
            func roll(to program: String?, _ what: String) async throws {
                watch.begin()
                for name in Upgrade.names {
                    let status = try await instances[name]?.stop()
                    #expect(status == 0, "\(name): \(instances[name]?.log ?? "")")
                    try await start(name, program)
                    try await Task.sleep(for: .seconds(2))
                }
                Faults.say("  rolled \(what): away \(FaultTable.seconds(watch.worst))")
            }
        }

        @Test("rolling instances to another program and back loses, duplicates and changes nothing")
        func roll() async throws {
            let base = try #require(Upgrade.base)
            let broker = try await TestBroker.shared(.apacheKafka(release: 4, brokers: 1, isSecure: false))
            let application = try Application(
                broker, "upgrade", topics: InputStream.topics,
                settings: ["commit.interval": "50ms", "snapshot.interval": "500ms", "kafka.session.timeout.ms": "8000"])
            try await application.createTopics(partitions: Load.partitions)
            let load = Load.generated(application, seed: 2_024, epochs: 90)
            let group = try Group(application, load)
            Faults.say("upgrade from \(base): \(load.description)")
            load.begin(over: .seconds(75))
            for name in Upgrade.names { try await group.start(name, base) }
            try await group.roll(to: nil, "to this program")
            try await group.roll(to: base, "back")
            // An interrupted upgrade: both programs run at the same time and write the state.
            let status = try await group.instances["b"]?.stop()
            #expect(status == 0)
            try await group.start("b", nil)
            load.hurry()
            while !load.isOver { try await Task.sleep(for: .milliseconds(20)) }
            try await application.settle(Array(group.instances.values))
            for name in Upgrade.names {
                let status = try await group.instances[name]?.stop()
                #expect(status == 0, "\(name)")
            }
            let checker = try await Checker(application, isGrown: true)
            try checker.check()
            let verdict = checker.verdict
            Faults.say(
                "  \(verdict.oracle.events) events, \(verdict.published.models.count) models, "
                    + "\(verdict.published.changes.count) changes")
            #expect(verdict.published.models.count > 20 && verdict.published.changes.count > 100)
        }
    }
}

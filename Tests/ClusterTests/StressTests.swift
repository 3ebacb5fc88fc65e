import Clustering
import Foundation
import TestSupport
import Testing

extension MainJob {
    /// Not part of every run: `SHOAL_TEST_STRESS=20` makes twenty streams of it, each with another seed.
    @Suite(
        "Whatever happens to three instances", .serialized,
        .enabled(if: TestBroker.hasApache && Stress.streams > 0, "needs Apache Kafka and SHOAL_TEST_STRESS"))
    struct StressTests {
        @Test(
            "frozen, killed, stopped and started at random, they publish what they would undisturbed",
            arguments: 0..<Stress.streams)
        func disturbed(_ stream: Int) async throws {
            let broker = try await TestBroker.shared(TestBroker.convincing)
            var random = SplitMix64(seed: Stress.seed + UInt64(stream))
            let application = try Application(
                broker, "stress", topics: InputStream.topics,
                settings: [
                    "kafka.session.timeout.ms": "2500", "kafka.heartbeat.interval.ms": "300",
                    "transaction.timeout": "2s", "commit.interval": random.uniform() < 0.5 ? "10ms" : "200ms",
                    "snapshot.interval": random.uniform() < 0.5 ? "100ms" : "2s",
                    "transaction.max-bytes": random.uniform() < 0.5 ? "1KiB" : "4MiB",
                    "outbox.max-bytes": random.uniform() < 0.5 ? "4KiB" : "16MiB",
                ])
            try await application.createTopics(partitions: 6)
            let events = InputStream(seed: Stress.seed + UInt64(stream), viewers: 300, epochs: 80)
            try InputStream.publish(events.records, to: application.input, broker)
            let names = ["a", "b", "c"]
            var instances = try names.map { try application.start($0) }
            var story: [String] = []
            for _ in 0..<10 {
                let one = Int(random.next() % 3)
                try await Task.sleep(for: .milliseconds(Int(random.next() % 2_000)))
                switch random.next() % 4 {
                case 0:
                    story.append("freeze \(names[one])")
                    instances[one].signal(SIGSTOP)
                    try await Task.sleep(for: .milliseconds(Int(random.next() % 6_000)))
                    instances[one].signal(SIGCONT)
                case 1:
                    story.append("stop \(names[one])")
                    let status = try await instances[one].stop()
                    #expect(status == 0, "\(status): \(instances[one].log)")
                    instances[one] = try application.start(names[one])
                case 2:
                    story.append("kill \(names[one])")
                    try await instances[one].kill()
                    try await Task.sleep(for: .milliseconds(Int(random.next() % 4_000)))
                    instances[one] = try application.start(names[one])
                default:
                    story.append("kill two")
                    for other in 0..<3 where other != one { try await instances[other].kill() }
                    for other in 0..<3 where other != one { instances[other] = try application.start(names[other]) }
                }
            }
            print("seed \(Stress.seed + UInt64(stream)): \(story.joined(separator: ", "))")
            try await application.settle(instances, within: .seconds(120))
            for instance in instances { #expect(try await instance.stop() == 0) }
            try await Checker(application).check()
        }
    }
}

enum Stress {
    private static let environment = ProcessInfo.processInfo.environment
    static let streams = environment["SHOAL_TEST_STRESS"].flatMap { Int($0) } ?? 0
    static let seed = environment["SHOAL_TEST_SEED"].flatMap { UInt64($0) } ?? 1_000
}

import Foundation
import ShoalKafka
import ShoalPipeline
import TestSupport
import Testing

/// An application with probes and metrics, on separate topics.
struct ObservedApplication {
    let name = uniqueName("observed")
    let broker: TestBroker

    init(_ kind: TestBroker.Kind = TestBroker.kind) async throws { broker = try await TestBroker.shared(kind) }

    func settings(_ more: [String: String] = [:]) -> [String] {
        let all = [
            "application.id": name, "input.topic": "\(name)-in", "output.topic": "\(name)-out",
            "http.listen": "127.0.0.1:0",
            "kafka.bootstrap.servers": broker.bootstrap, "epoch.future": "allow", "snapshot.interval": "1h",
            "epoch.idle-timeout": "300ms",
            "clock.quorum": "4", "members.min-events": "1", "clusters.seed-members": "20", "topics.min-viewers": "1",
            "clusters.count": "2", "privacy.min-cluster-size": "1", "epoch.length": "1h",
            // Many tests choose the partitions of their records themselves.
            "input.partitioner": "any",
            // Tests read dead letters, and resubmit them.
            "dead-letters.content": "full",
        ].merging(more) { $1 }
        return all.sorted { $0.key < $1.key }.flatMap { ["--set", "\($0.key)=\($0.value)"] }
    }

    func createTopics(partitions: Int) throws {
        let arguments = ["topics", "create", "--partitions", "\(partitions)"] + settings()
        var result = try shoal(arguments)
        // The broker shares two cores with all other tests and may answer late.
        for _ in 0..<5 where result.status == 69 { result = try shoal(arguments) }
        #expect(result.status == 0, "\(result.output)")
    }

    func run(_ more: [String: String] = [:]) throws -> ShoalProcess {
        try ShoalProcess(
            ["run"] + settings(more), environment: ["SHOAL_PRIVACY_KEY": TestKey.digits])
    }

    /// Returns the port from the log.
    /// - Parameter served: the message with it.
    func port(_ process: ShoalProcess, of served: String = "health and metrics are served") async throws -> Int {
        try await process.waitForLog(served)
        let line = process.log.split(separator: "\n").first { $0.contains(served) } ?? ""
        let digits = line.split(separator: "\"port\":\"").last?.prefix { $0.isNumber } ?? ""
        return try #require(Int(digits), "\(line)")
    }

    /// Publishes one event an hour for six hours from each of 24 viewers of two tastes. One event per hour is repeated.
    /// - Parameter first: the first hour.
    func publish(from first: Int = 0) async throws {
        let producer = try Producer(broker.configuration())
        for hour in first..<first + 6 {
            for viewer in 0..<24 {
                let time = 1_700_000_000_000 + hour * 3_600_000 + viewer * 1_000
                let topic = viewer % 2 == 0 ? "chess" : "cats"
                let event = """
                    {"event_id":"\(viewer)-\(hour)","user_id":"u\(viewer)","topics":["\(topic)"],"watched_ms":60000,\
                    "duration_ms":60000,"event_time_ms":\(time)}
                    """
                for _ in 0..<(viewer == 0 ? 2 : 1) {
                    try producer.produce(
                        to: "\(name)-in", partition: Int32(viewer % 4 / 2), key: "u\(viewer)", value: event)
                }
            }
        }
        try producer.produce(to: "\(name)-in", partition: 0, key: "u0", value: "{\"user_id\":")
        try producer.produce(to: "\(name)-in", partition: 1, key: "u3", value: nil)
        try producer.flush(timeout: .seconds(10))
    }

    /// Waits until the metrics satisfy the condition and returns them, for at most `patience`.
    func metrics(_ port: Int, until isRight: ([String: Double]) -> Bool) async throws -> String {
        let end = ContinuousClock.now + patience
        while true {
            let text = try await http(port, "/metrics").body
            if isRight(metricValues(text)) { return text }
            guard ContinuousClock.now < end else {
                throw ProcessMisbehaved(
                    description: text.split(separator: "\n").filter { !$0.hasPrefix("#") }.joined(separator: "\n"))
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Waits until a probe answers with the status, for at most `patience`.
    func wait(_ port: Int, _ probe: String, for status: Int) async throws {
        let end = ContinuousClock.now + patience
        while true {
            let answer = try await http(port, probe)
            if answer.status == status { return }
            guard ContinuousClock.now < end else { throw ProcessMisbehaved(description: "\(probe): \(answer.body)") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

@Suite("Probes and metrics")
struct ObservationTests {
    @Test("the probes follow an instance from its start to its end")
    func probes() async throws {
        let application = try await ObservedApplication()
        let process = try application.run()
        let port = try await application.port(process)
        try await process.waitForLog("topics are missing")
        let missing = try await http(port, "/startupz")
        #expect(missing.status == 503 && missing.body.contains("[-]group failed: waiting: topics are missing"))
        #expect(try await http(port, "/readyz").status == 503)
        #expect(try await http(port, "/livez").body == "ok\n")
        try application.createTopics(partitions: 2)
        try await application.wait(port, "/startupz", for: 200)
        try await application.wait(port, "/readyz", for: 200)
        #expect(try await http(port, "/readyz?verbose").body == "[+]group ok\nreadyz check passed\n")
        let parts = try await http(port, "/livez?verbose")
        for part in ["group", "committer", "models", "coordinator", "partition 0", "partition 1"] {
            #expect(parts.body.contains("[+]\(part) ok\n"), "\(parts.body)")
        }
        let version = try await http(port, "/version")
        let parsed = try JSONDecoder().decode([String: String].self, from: Data(version.body.utf8))
        #expect(Set(parsed.keys) == ["name", "version", "swift", "librdkafka"] && parsed["name"] == "shoal")
        #expect(try await http(port, "/").status == 404)
        #expect(try await http(port, "/metrics", method: "POST").status == 405)
        #expect(try await process.stop() == 0)
        for line in process.log.split(separator: "\n") {
            let fields = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
            guard fields["message"]?.hasPrefix("took over") == true else { continue }
            #expect(fields["generation"].flatMap { Int($0) } ?? 0 > 0, "\(line)")
        }
        await #expect(throws: (any Error).self) { try await http(port, "/livez") }
    }

    @Test("metrics report input, output and positions, and a restart restores and resets the counters")
    func metrics() async throws {
        let application = try await ObservedApplication()
        try application.createTopics(partitions: 2)
        let process = try application.run()
        let port = try await application.port(process)
        try await application.wait(port, "/readyz", for: 200)
        try await application.publish()
        let group = "consumergroup=\"\(application.name)\",topic=\"\(application.name)-in\""
        let text = try await application.metrics(port) { values in
            values["shoal_events_total"] == 144 && values["shoal_clusters{state=\"shown\"}"] == 2
                && values["kafka_consumergroup_lag{\(group),partition=\"0\"}"] == 0
                && values["kafka_consumergroup_lag{\(group),partition=\"1\"}"] == 0
                && values["shoal_erased_viewers_total"] == 1
        }
        let values = metricValues(text)
        #expect(values["shoal_duplicate_events_total"] == 6)
        #expect(values["shoal_dead_letters_total{reason=\"bad_json\"}"] == 1)
        #expect(values["shoal_dead_letters_total{reason=\"bad_utf8\"}"] == 0)
        #expect(values["kafka_consumergroup_current_offset{\(group),partition=\"0\"}"] == 79)
        #expect(values["kafka_consumergroup_current_offset{\(group),partition=\"1\"}"] == 73)
        let ofPartition = "topic=\"\(application.name)-in\",partition=\"1\""
        #expect(values["shoal_input_lag_records{\(ofPartition)}"] == 0)
        #expect(values["shoal_input_offset{\(ofPartition)}"] == 73)
        #expect(values["shoal_partition_epoch{\(ofPartition)}"] == 472_227)
        #expect(values["shoal_partition_model_epoch{\(ofPartition)}"] == 472_225)
        #expect(values["shoal_event_timestamp_seconds{\(ofPartition)}"] == 1_700_018_023)
        #expect(values["shoal_event_time_lag_seconds{\(ofPartition)}"] == 0)
        #expect(values["shoal_members{\(ofPartition)}"] == 11)
        #expect(values["shoal_coordinator"] == 1 && values["shoal_ready"] == 1 && values["shoal_live"] == 1)
        #expect(values["shoal_state{state=\"working\"}"] == 1 && values["shoal_state{state=\"idle\"}"] == 0)
        #expect(values["shoal_input_partitions{topic=\"\(application.name)-in\"}"] == 2)
        #expect(values["shoal_broker_silence_seconds"].map { $0 < 30 } == true)
        #expect(values["shoal_epoch_length_seconds"] == 3_600)
        #expect(values["shoal_settings_revision"] == 0 && values["shoal_model_settings_revision"] == 0)
        #expect(values["shoal_vocabulary_max_topics"] == 65_536)
        #expect(values["shoal_assigned_partitions"] == 2 && values["shoal_assignments_total"] == 1)
        #expect(values["shoal_changes_total{kind=\"cluster_created\"}"] == 2)
        #expect(values["shoal_changes_total{kind=\"member_joined\"}"] ?? 0 >= 20)
        #expect(values["shoal_changes_total{kind=\"member_erased\"}"] == 0, "the epoch of the erasure is still open")
        #expect(values["shoal_transactions_total{outcome=\"committed\"}"] ?? 0 > 3)
        for stage in ["handle", "open", "commit", "publish", "wait_model"] {
            #expect(values["shoal_stage_duration_seconds_count{stage=\"\(stage)\"}"] ?? 0 > 0, "\(stage)")
        }
        #expect(!text.contains("\"u1"), "no viewer is named")
        if hasProgram("promtool") { #expect(try promtoolFindings(text) == "") }
        #expect(try await process.stop() == 0)

        let again = try application.run()
        let next = try await application.port(again)
        try await application.wait(next, "/readyz", for: 200)
        let restored = metricValues(try await http(next, "/metrics").body)
        #expect(restored["shoal_events_total"] == 0, "what a restore repeats is no news")
        let (done, wanted) = (
            restored["shoal_restore_done_records{\(ofPartition)}"],
            restored["shoal_restore_expected_records{\(ofPartition)}"]
        )
        #expect(done == wanted && wanted == 73)
        #expect(restored["shoal_members{\(ofPartition)}"] == 11, "before anything new has come")
        let begun = try await application.metrics(next) { $0["shoal_snapshot_lag_records{\(ofPartition)}"] != nil }
        let lag = metricValues(begun)["shoal_snapshot_lag_records{\(ofPartition)}"]
        #expect(lag == 73, "before the first snapshot of all")
        #expect(try await again.stop() == 0)
    }

    @Test("metrics report snapshots, checkpoints and unusable checkpoints")
    func saves() async throws {
        let application = try await ObservedApplication()
        try application.createTopics(partitions: 2)
        let folder = try TemporaryFolder()
        let settings = [
            "snapshot.interval": "100ms", "checkpoint.directory": folder.url.path, "checkpoint.interval": "1s",
        ]
        let process = try application.run(settings)
        let port = try await application.port(process)
        try await application.wait(port, "/readyz", for: 200)
        try await application.publish()
        let ofPartition = "topic=\"\(application.name)-in\",partition=\"1\""
        let text = try await application.metrics(port) { values in
            values["shoal_checkpoint_members{\(ofPartition)}"] == 11
                && values["shoal_snapshot_lag_records{\(ofPartition)}"] == 0
        }
        let values = metricValues(text)
        #expect(values["shoal_snapshots_total"] ?? 0 >= 2 && values["shoal_snapshot_members_total"] ?? 0 >= 22)
        #expect(values["shoal_snapshot_bytes_total"] ?? 0 > 22 * 30)
        #expect(values["shoal_snapshot_age_seconds{\(ofPartition)}"].map { $0 >= 0 && $0 < 60 } == true)
        #expect(values["shoal_checkpoint_age_seconds{\(ofPartition)}"].map { $0 >= 0 && $0 < 60 } == true)
        #expect(values["shoal_checkpoint_bytes{\(ofPartition)}"] ?? 0 > 11 * 30)
        #expect(values["shoal_checkpoints_total{outcome=\"written\"}"] ?? 0 >= 2)
        #expect(values["shoal_checkpoints_total{outcome=\"failed\"}"] == 0)
        for stage in ["snapshot", "checkpoint"] {
            #expect(values["shoal_stage_duration_seconds_count{stage=\"\(stage)\"}"] ?? 0 > 0, "\(stage)")
        }
        if hasProgram("promtool") { #expect(try promtoolFindings(text) == "") }
        // After the stop, all its snapshots are committed. The next instance writes none meanwhile.
        #expect(try await process.stop() == 0)
        let file = folder.url.appending(path: "\(application.name)-1.checkpoint")
        try Data("no checkpoint".utf8).write(to: file)
        let again = try application.run(settings.merging(["snapshot.interval": "1h"]) { $1 })
        let next = try await application.port(again)
        try await application.wait(next, "/readyz", for: 200)
        let found = metricValues(try await http(next, "/metrics").body)
        #expect(found["shoal_checkpoints_total{outcome=\"refused\"}"] == 1)
        #expect(found["shoal_checkpoints_total{outcome=\"read\"}"] ?? 0 >= 1)
        let begun = metricValues(
            try await application.metrics(next) { $0["shoal_snapshot_lag_records{\(ofPartition)}"] != nil })
        #expect(begun["shoal_snapshot_lag_records{\(ofPartition)}"] == 0, "another's snapshot counts")
        #expect(begun["shoal_snapshot_age_seconds{\(ofPartition)}"] == nil, "and is none of this process's")
        #expect(try await again.stop() == 0)
    }

    @Test("an instance without partitions is ready")
    func idle() async throws {
        let application = try await ObservedApplication()
        try application.createTopics(partitions: 1)
        let first = try application.run(["instance.id": "a"])
        try await application.wait(try await application.port(first), "/readyz", for: 200)
        let second = try application.run(["instance.id": "b"])
        let port = try await application.port(second)
        try await second.waitForLog("assigned")
        try await application.wait(port, "/startupz", for: 200)
        try await application.wait(port, "/readyz", for: 200)
        try await application.wait(try await application.port(first), "/readyz", for: 200)
        #expect(try await second.stop() == 0)
        #expect(try await first.stop() == 0)
    }

    @Test("a process suspended for longer than the watchdog's limit is alive when it continues")
    func stopped() async throws {
        let application = try await ObservedApplication()
        try application.createTopics(partitions: 1)
        let process = try application.run(["watchdog.timeout": "4s"])
        let port = try await application.port(process)
        try await application.wait(port, "/readyz", for: 200)
        process.signal(SIGSTOP)
        try await Task.sleep(for: .seconds(6))
        process.signal(SIGCONT)
        for _ in 0..<20 {
            let answer = try await http(port, "/livez")
            #expect(answer.status == 200, "\(answer.body)")
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(!process.log.contains("\"no progress\""))
        #expect(try await process.stop() == 0)
    }

    @Test("a port in use ends the start with 71 and a remedy before it joins the group")
    func inUse() async throws {
        let application = try await ObservedApplication()
        let first = try application.run()
        let port = try await application.port(first)
        let second = try application.run(["http.listen": "127.0.0.1:\(port)"])
        #expect(try await second.waitForEnd() == 71)
        let last = try JSONDecoder().decode(
            [String: String].self, from: Data((second.log.split(separator: "\n").last ?? "").utf8))
        #expect(last["error"]?.hasPrefix("http.listen=127.0.0.1:\(port): address already in use: stop") == true)
        #expect(last["level"] == "error" && last["exit_status"] == "71", "\(last)")
        #expect(try await first.stop() == 0)
        #expect(
            try shoal(["config", "check", "--set", "http.listen=8080"]).output.contains("must be HOST:PORT or :PORT"))
    }

    @Test("Prometheus scrapes it", .enabled(if: hasProgram("prometheus")))
    func prometheus() async throws {
        let application = try await ObservedApplication()
        try application.createTopics(partitions: 2)
        let process = try application.run()
        let port = try await application.port(process)
        try await application.publish()
        let prometheus = try await Prometheus(scraping: port)
        try await prometheus.wait(for: "shoal_events_total", toBe: 144)
        try await prometheus.wait(for: "up", toBe: 1)
        try await prometheus.wait(for: "sum(kafka_consumergroup_lag{consumergroup=\"\(application.name)\"})", toBe: 0)
        let stages = Double(StageTimes.Stage.allCases.count)
        try await prometheus.wait(for: "count(shoal_stage_duration_seconds_bucket{le=\"+Inf\"})", toBe: stages)
        prometheus.stop()
        #expect(try await process.stop() == 0)
    }
}

import Foundation
import ShoalKafka
import ShoalOperations
import ShoalSchemas
import TestSupport
import Testing

@testable import ShoalOperator
@testable import ShoalPipeline

@Suite("Exposition of metrics")
struct ExpositionTests {
    private static func reading(_ snapshot: PipelineStatistics.Snapshot = .init()) -> InstanceReading {
        InstanceReading(
            snapshot: snapshot, times: StageTimes(), time: 1_000, group: "app", topic: "watched", settingsRevision: 5,
            epochLength: 3_600_000)
    }

    /// The state of an instance with two partitions, of which the second one waits for a model and is restored.
    private static var busy: InstanceReading {
        var snapshot = PipelineStatistics.Snapshot()
        snapshot.totals.events = 70
        snapshot.rejected = ["bad_json": 3]
        (snapshot.commits, snapshot.aborts) = (8, 1)
        snapshot.partitions[10] = .init(offset: 40, high: 42, eventTime: 940_500, epoch: 6, model: 5, neededModel: 6)
        snapshot.partitions[2] = .init(offset: 30, high: 30, eventTime: 930_000, members: 4, eligible: 3)
        snapshot.restores[10] = RestoreProgress(stage: .input, done: 7, total: 9, started: 0, told: 0)
        snapshot.saved[10] = SavedState(
            checkpoint: .init(at: 0, offset: 1, members: 12, bytes: 900), restoreOffset: 25)
        snapshot.saves.checkpoints = [.written: 2]
        (snapshot.model, snapshot.clusters, snapshot.suppressedClusters) = (5, 7, 1)
        snapshot.modelSettings = .init(revision: 4, topicsMax: 512)
        snapshot.waitedFor = [2]
        snapshot.state = .working
        snapshot.brokers.inputPartitions = 12
        var busy = reading(snapshot)
        busy.times.record(.commit, .milliseconds(3))
        let api = APIStatistics([HTTPRoute("/v1/a/{id}", "") { _ in HTTPResponse("") }])
        api.take(.init(method: "GET", path: "/v1/a/{id}", status: 404, duration: .milliseconds(2)))
        api.take(.init(method: "GET", path: nil, status: 404, duration: .seconds(60)))
        api.refusedLogin()
        api.limited()
        busy.api = api.snapshot
        busy.components = [
            .init(part: .group, doing: "polling", age: 1_500, isStuck: false),
            .init(part: .partition(2), doing: "handling records", age: 0, isStuck: true),
        ]
        return busy
    }

    private static func lines(_ reading: InstanceReading) -> [String] {
        Exposition.text(reading).text.split(separator: "\n").map(String.init)
    }

    @Test("names are unique, and names and help follow Prometheus' conventions")
    func table() {
        #expect(Set(Metric.all.map(\.name)).count == Metric.all.count)
        for metric in Metric.all {
            #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter), "\(metric.name)")
            #expect(metric.help.hasSuffix("."), "\(metric.name)")
            #expect(["shoal_", "kafka_", "process_"].contains { metric.name.hasPrefix($0) }, "\(metric.name)")
            #expect(!metric.labels.contains { ["le", "viewer", "member", "user"].contains($0) }, "\(metric.name)")
        }
    }

    @Test("metrics are exposed in the order of the table, each with the labels of its definition")
    func order() {
        var text = Exposition.text(Self.busy)
        text.add(ProcessMetrics.table, of: ProcessReading())
        let lines = text.text.split(separator: "\n")
        let named = lines.filter { $0.hasPrefix("# TYPE ") }.map {
            $0.split(separator: " ").dropFirst(2).joined(separator: " ")
        }
        let names = Metric.served.map { "\($0.name) \($0.kind.rawValue)" }
        #expect(named == names.filter { named.contains($0) })
        let absent = Set(names).subtracting(named)
        #expect(
            absent.isSubset(of: ["shoal_snapshot_age_seconds gauge", "shoal_memory_limit_bytes gauge"]), "\(absent)")
        for metric in Metric.served where metric.kind != .histogram {
            let pattern = metric.labels.map { "\($0)=\"[^\"]*\"" }.joined(separator: ",")
            for line in lines where line.hasPrefix("\(metric.name){") || line.hasPrefix("\(metric.name) ") {
                let labels = metric.labels.isEmpty ? "" : "\\{\(pattern)\\}"
                #expect(
                    line.range(of: "^\(metric.name)\(labels) [^ ]+$", options: .regularExpression) != nil, "\(line)")
            }
        }
    }

    @Test(
        "a value of the state becomes a sample with its labels",
        arguments: [
            "shoal_events_total 70",
            #"shoal_dead_letters_total{reason="bad_json"} 3"#,
            #"shoal_transactions_total{outcome="committed"} 8"#,
            #"shoal_transactions_total{outcome="aborted"} 1"#,
            #"shoal_input_lag_records{topic="watched",partition="10"} 2"#,
            #"shoal_input_offset{topic="watched",partition="2"} 30"#,
            #"kafka_consumergroup_lag{consumergroup="app",topic="watched",partition="10"} 2"#,
            #"kafka_consumergroup_current_offset{consumergroup="app",topic="watched",partition="10"} 40"#,
            #"shoal_event_time_lag_seconds{topic="watched",partition="2"} 0"#,
            #"shoal_event_time_lag_seconds{topic="watched",partition="10"} 59.5"#,
            #"shoal_event_timestamp_seconds{topic="watched",partition="10"} 940.5"#,
            #"shoal_partition_epoch{topic="watched",partition="10"} 6"#,
            #"shoal_partition_model_epoch{topic="watched",partition="10"} 5"#,
            #"shoal_partition_waiting{topic="watched",partition="10"} 1"#,
            #"shoal_partition_needed_model_epoch{topic="watched",partition="10"} 6"#,
            #"shoal_members{topic="watched",partition="2"} 4"#,
            #"shoal_eligible_members{topic="watched",partition="2"} 3"#,
            #"shoal_restore_done_records{topic="watched",partition="10"} 7"#,
            #"shoal_restore_expected_records{topic="watched",partition="10"} 9"#,
            #"shoal_snapshot_lag_records{topic="watched",partition="10"} 15"#,
            #"shoal_checkpoints_total{outcome="written"} 2"#,
            #"shoal_checkpoints_total{outcome="failed"} 0"#,
            #"shoal_checkpoint_members{topic="watched",partition="10"} 12"#,
            #"shoal_checkpoint_bytes{topic="watched",partition="10"} 900"#,
            "shoal_model_epoch 5", "shoal_epoch_length_seconds 3600",
            #"shoal_clusters{state="shown"} 7"#, #"shoal_clusters{state="withheld"} 1"#,
            #"shoal_api_requests_total{route="/v1/a/{id}",status="4xx"} 1"#,
            #"shoal_api_requests_total{route="/v1/a/{id}",status="5xx"} 0"#,
            #"shoal_api_requests_total{route="other",status="4xx"} 1"#,
            #"shoal_api_request_duration_seconds_bucket{route="/v1/a/{id}",le="0.001"} 0"#,
            #"shoal_api_request_duration_seconds_bucket{route="/v1/a/{id}",le="0.0025"} 1"#,
            #"shoal_api_request_duration_seconds_sum{route="other"} 60"#,
            "shoal_api_streams 0", "shoal_api_dropped_streams_total 0", "shoal_api_refused_logins_total 1",
            "shoal_api_limited_requests_total 1", "shoal_api_key_failures_total 0",
            "shoal_vocabulary_max_topics 512", "shoal_model_settings_revision 4", "shoal_settings_revision 5",
            "shoal_coordinator 1", #"shoal_coordinator_waiting{topic="watched",partition="2"} 1"#,
            #"shoal_stage_duration_seconds_bucket{stage="commit",le="0.0025"} 0"#,
            #"shoal_stage_duration_seconds_bucket{stage="commit",le="0.005"} 1"#,
            #"shoal_stage_duration_seconds_sum{stage="commit"} 0.003"#,
            #"shoal_heartbeat_age_seconds{part="group"} 1.5"#, "shoal_live 0", "shoal_ready 1",
            #"shoal_state{state="working"} 1"#, #"shoal_state{state="idle"} 0"#,
            #"shoal_input_partitions{topic="watched"} 12"#,
        ])
    func values(_ line: String) {
        #expect(Self.lines(Self.busy).contains(line))
    }

    @Test("partitions are sorted by number, and one without a value has no sample")
    func partitions() {
        let lines = Self.lines(Self.busy)
        #expect(
            lines.filter { $0.hasPrefix("shoal_members{") } == [
                #"shoal_members{topic="watched",partition="2"} 4"#,
                #"shoal_members{topic="watched",partition="10"} 0"#,
            ])
        #expect(lines.count { $0.hasPrefix("shoal_partition_epoch{") } == 1)
    }

    @Test("before an assignment every reason, kind, outcome and state is exposed, and no partition or model")
    func start() {
        let lines = Self.lines(Self.reading())
        // A record that a mapping excludes is not a dead letter.
        #expect(lines.count { $0.hasPrefix("shoal_dead_letters_total{") } == Rejection.allCases.count - 1)
        #expect(lines.count { $0.hasPrefix("shoal_changes_total{") } == ClusterChange.Kind.allCases.count)
        #expect(lines.count { $0.hasPrefix("shoal_state{") } == InstanceState.names.count)
        #expect(lines.contains(#"shoal_state{state="starting"} 1"#) && lines.contains("shoal_ready 0"))
        #expect(lines.contains("shoal_coordinator 0") && lines.contains("shoal_live 1"))
        for name in [
            "shoal_input_offset", "shoal_model_epoch", "shoal_vocabulary_max_topics", "shoal_input_partitions",
        ] {
            #expect(!lines.contains { $0.contains(name) }, "\(name)")
        }
    }

    @Test("promtool reports no problems", .enabled(if: hasProgram("promtool")))
    func lint() throws {
        var text = Exposition.text(Self.busy)
        text.add(ProcessMetrics.table, of: ProcessReading())
        #expect(try promtoolFindings(text.text) == "")
    }
}

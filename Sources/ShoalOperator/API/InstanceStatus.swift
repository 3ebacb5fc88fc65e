import ShoalClustering
import ShoalOperations
import ShoalPipeline
import ShoalReplay
import ShoalSchemas

/// The state of an instance, as `/v1/status` and the page tell it.
struct InstanceStatus: Encodable {
    struct Check: Encodable {
        var name: String
        var problem: String?
    }

    struct Lag: Encodable {
        /// Records that are not handled yet, in all partitions of this instance of which it is known.
        var records: Int64
        /// The partition with most of them.
        var worstPartition: Int32
        var worstRecords: Int64
    }

    var isReady: Bool
    var checks: [Check]
    /// One of `InstanceState.names`.
    var state: String
    var partitions: [Int32]
    /// Absent if it is not known.
    var lag: Lag?
    /// Those that wait for a model.
    var waitingPartitions: [Int32]
    var members: Int
    var model: Epoch?
    /// The end of that model's epoch; absent if the page has not read it.
    var modelTimeMs: Int64?
    /// Since the last answer of the brokers; absent before the first one.
    var brokerSilenceMs: Int64?

    init(_ api: ClusterAPI) {
        let (checks, now) = (api.readiness(), api.snapshot())
        isReady = checks.allSatisfy { $0.problem == nil }
        self.checks = checks.map { .init(name: $0.name, problem: $0.problem) }
        state = now.state.name
        partitions = now.partitions.keys.sorted()
        let lags = now.partitions.compactMap { partition, found in found.lag.map { (partition, $0) } }
            .sorted { $0.1 != $1.1 ? $0.1 > $1.1 : $0.0 < $1.0 }
        lag = lags.first.map { worst in
            Lag(records: lags.reduce(0) { $0 + $1.1 }, worstPartition: worst.0, worstRecords: worst.1)
        }
        waitingPartitions = now.partitions.filter(\.value.isWaiting).keys.sorted()
        members = now.members
        model = now.model
        let rows = api.clusters.moment?.report.rows ?? []
        modelTimeMs = rows.last { $0.version == now.model }?.time
        brokerSilenceMs = now.brokers.inputPartitions == nil ? nil : Int64(now.brokers.silence * 1_000)
    }

    /// The same for the page.
    var facts: [(name: String, value: String)] {
        let problems = checks.compactMap { check in check.problem.map { "\(check.name): \($0)" } }
        func list(_ partitions: [Int32]) -> String {
            partitions.isEmpty ? "none" : Formatting.list(partitions, to: "–", most: 20)
        }
        let behind = lag.map { lag -> String in
            let sum = Formatting.number(lag.records)
            guard lag.records > 0 else { return sum }
            return "\(sum), \(Formatting.number(lag.worstRecords)) in partition \(lag.worstPartition)"
        }
        let time = modelTimeMs.map { " of \(Formatting.time($0))" } ?? ""
        return [
            ("state", "\(state), \(isReady ? "ready" : "not ready")"),
            ("problems", problems.isEmpty ? "none" : problems.joined(separator: "; ")),
            ("partitions", list(partitions)), ("records behind", behind ?? "not known"),
            ("partitions that wait for a model", list(waitingPartitions)),
            ("last model", model.map { "\($0)\(time)" } ?? "none"),
            ("members", Formatting.number(members)),
        ] + (brokerSilenceMs.map { [("last answer of the brokers", "\($0 / 1_000) s ago")] } ?? [])
    }
}

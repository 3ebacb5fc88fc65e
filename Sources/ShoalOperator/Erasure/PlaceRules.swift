import ShoalKafka
import ShoalPipeline

/// Reads the settings of topics that decide how long records remain.
struct PlaceRules {
    private let admin: Admin

    init(_ admin: Admin) {
        self.admin = admin
    }

    /// - Returns: nil if the topic does not exist.
    /// - Throws: `KafkaError`.
    func rule(of topic: String) async throws -> PlaceRule? {
        guard try await admin.partitions(of: topic) != nil else { return nil }
        return PlaceRule(topic: topic, settings: try await admin.configuration(of: topic))
    }
}

/// How long records of a topic remain.
struct PlaceRule {
    let topic: String
    private let isCompacted: Bool
    /// In ms; nil without limit.
    private let retention: Int64?
    private let compactionLag: Int64?
    /// The maximum time in ms for which a segment is written. Kafka deletes whole segments.
    private let segment: Int64

    /// - Parameter settings: The topic's settings at the broker.
    init(topic: String, settings: [String: String]) {
        self.topic = topic
        func time(_ name: String) -> Int64? {
            settings[name].flatMap { Int64($0) }.flatMap { $0 < 0 || $0 > Int64.max / 4 ? nil : $0 }
        }
        isCompacted = settings["cleanup.policy"]?.contains("compact") ?? false
        retention = time("retention.ms")
        compactionLag = time("max.compaction.lag.ms")
        segment = time("segment.ms") ?? 604_800_000
    }

    /// Returns what the topic holds of a viewer.
    /// - Parameters:
    ///   - time: When a compacted topic gets a record without a value at the latest, if it has none yet.
    ///   - event: What it is written with.
    func place(
        _ name: String, _ traces: ErasureSearch.Traces, deletedAtMs time: Int64, with event: String
    ) -> ErasureCertificate.Place {
        var place = ErasureCertificate.Place(
            name: name, location: topic, state: .gone, records: traces.records, untilMs: nil, rule: "")
        guard traces.records > 0, let newest = traces.newestMs else {
            place.rule = "nothing was found"
            return place
        }
        if isCompacted {
            place.state = traces.deletedMs == nil ? .left : .deleted
            place.untilMs = compactionLag.map { (traces.deletedMs ?? time) + $0 }
            let missing = traces.deletedMs == nil ? "a record without a value follows with \(event); " : ""
            place.rule = missing + text("max.compaction.lag.ms", compactionLag)
        } else {
            place.state = .left
            place.untilMs = end(newest)
            place.rule = text("retention.ms", retention)
        }
        return place
    }

    /// Returns the place of a topic with sums, in which no viewer can be searched.
    /// - Parameter time: When the first sums without the viewer are written at the latest.
    func sums(_ name: String, includedAtMs time: Int64) -> ErasureCertificate.Place {
        .init(
            name: name, location: topic, state: .left, records: nil, untilMs: end(time),
            rule: "sums up to the epoch of the erasure; " + text("retention.ms", retention))
    }

    /// When a record that is written at this time is deleted at the latest.
    private func end(_ time: Int64) -> Int64? { retention.map { time + segment + $0 } }

    private func text(_ name: String, _ value: Int64?) -> String { "\(name)=\(value.map { "\($0)" } ?? "unlimited")" }
}

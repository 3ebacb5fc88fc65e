import ShoalClustering
import ShoalKafka
import ShoalSchemas
import TestSupport

/// Records for the input topic: viewers with changing tastes, repetitions, late events, tombstones, and invalid
/// records. Deterministic for a seed.
struct InputStream {
    struct Record {
        var key: [UInt8]?
        /// The value; `nil` for a tombstone.
        var value: [UInt8]?
        /// The reason why the record is not a watch event; `nil` if it is one.
        var rejection: Rejection?

        /// Returns the partition for the key. All records of a viewer are in one partition.
        func partition(of count: Int32) -> Int32 {
            var hash: UInt32 = 0
            for byte in key ?? [] { hash = hash &* 31 &+ UInt32(byte) }
            return Int32(hash % UInt32(count))
        }
    }

    static let start: Int64 = 1_700_000_000_000 / epoch * epoch
    static let epoch: Int64 = 3_600_000
    static let topics = [
        "chess", "go", "bridge", "cooking", "baking", "grilling", "tennis", "rowing", "judo", "opera", "jazz", "choir",
    ]

    private(set) var records: [Record] = []
    /// Viewers with a tombstone.
    private(set) var erased: [String] = []
    private var random: SplitMix64
    private let viewers: Int

    /// - Parameters:
    ///   - epochs: The number of epochs of one hour each.
    ///   - watches: The number of events per viewer and epoch.
    init(seed: UInt64, viewers: Int, epochs: Int, watches: Double = 0.6, clean: Bool = false) {
        random = SplitMix64(seed: seed)
        self.viewers = viewers
        for epoch in 0..<epochs {
            for _ in 0..<Int(Double(viewers) * watches) {
                watch(epoch, of: epochs)
                guard !clean else { continue }
                if random.uniform() < 0.03, let earlier = records.suffix(300).first(where: { $0.rejection == nil }) {
                    records.append(earlier)
                }
                if random.uniform() < 0.01 { addBad() }
            }
            if !clean, epoch % 3 == 2 {
                let viewer = "viewer-\(Int(random.next() % UInt64(viewers)))"
                erased.append(viewer)
                records.append(Record(key: Array(viewer.utf8), value: nil))
            }
        }
        // New viewers, whose watches have no weight, move every partition's clock past the last epoch.
        for viewer in 0..<viewers { add("newcomer-\(viewer)", [], Self.start + Int64(epochs) * Self.epoch, watched: 0) }
    }

    private mutating func watch(_ epoch: Int, of epochs: Int) {
        let viewer = Int(random.next() % UInt64(viewers))
        var taste = viewer % 4
        // Every eighth viewer changes taste halfway.
        if viewer % 8 == 0, epoch >= epochs / 2 { taste = (taste + 1) % 4 }
        if random.uniform() < 0.1 { taste = Int(random.next() % 4) }
        var topics = [Self.topics[taste * 3 + Int(random.next() % 3)]]
        if random.uniform() < 0.2 { topics.append(Self.topics[taste * 3 + Int(random.next() % 3)]) }
        if random.uniform() < 0.02 { topics = [] }
        let isLate = random.uniform() < 0.05
        let time = Self.start + Int64(epoch) * Self.epoch + Int64(random.next() % UInt64(Self.epoch))
        add(
            "viewer-\(viewer)", topics, isLate ? max(time - 3 * Self.epoch, 0) : time,
            watched: random.uniform() < 0.1 ? 0 : 20_000 + Int64(random.next() % 60_000))
    }

    private mutating func add(_ viewer: String, _ topics: [String], _ time: Int64, watched: Int64) {
        let list = topics.map { "\"\($0)\"" }.joined(separator: ",")
        let value =
            #"{"event_id":"e\#(records.count)","user_id":"\#(viewer)","video_id":"v","topics":[\#(list)],"#
            + #""watched_ms":\#(watched),"duration_ms":60000,"event_time_ms":\#(time)}"#
        records.append(Record(key: Array(viewer.utf8), value: Array(value.utf8)))
    }

    private mutating func addBad() {
        let viewer = "viewer-\(Int(random.next() % UInt64(viewers)))"
        let bad: [(String, Rejection)] = [
            ("no event at all", .badProtobuf), (#"{"user_id":"\#(viewer)","event_time_ms":1"#, .badJSON),
            (#"{"event_time_ms":1700000000000}"#, .missingViewer),
            (#"{"user_id":"somebody else","event_time_ms":1700000000000}"#, .keyMismatch),
        ]
        let (value, rejection) = bad[Int(random.next() % UInt64(bad.count))]
        records.append(Record(key: Array(viewer.utf8), value: Array(value.utf8), rejection: rejection))
    }

    /// Publishes records to a topic, keyed by viewer. Invalid records have a header with the reason.
    static func publish(_ records: some Sequence<Record>, to topic: String, _ broker: TestBroker) throws {
        let producer = try Producer(broker.configuration(["linger.ms": "5", "message.max.bytes": "4000000"]))
        for record in records {
            let headers = record.rejection.map { [(name: "expect", value: Array($0.rawValue.utf8))] } ?? []
            try producer.produce(to: topic, key: record.key?.span, value: record.value?.span, headers: headers)
        }
        try producer.flush(timeout: .seconds(30))
    }
}

@testable import ShoalClustering
@testable import ShoalPipeline

/// The output of a run: models by version, and the records of each key in order.
struct Published {
    struct Key: Hashable {
        var topic: SimulatedKafka.Topic
        var key: [UInt8]
    }

    /// The content of each version. Of the start's range, only the last version is kept.
    var models: [Epoch: [UInt8]] = [:]
    private(set) var records: [Key: [[UInt8]]] = [:]

    mutating func add(_ buffer: RecordBuffer) {
        let others: Set<RecordBuffer.Topic> = [.changes, .members, .clusters, .deadLetters]
        for entry in buffer.entries where others.contains(entry.topic) {
            add(
                SimulatedKafka.Topic(entry.topic, of: .deltas), entry.key.map { Array(buffer.bytes[$0]) },
                entry.value.map { Array(buffer.bytes[$0]) })
        }
    }

    mutating func add(_ topic: SimulatedKafka.Topic, _ key: [UInt8]?, _ value: [UInt8]?) {
        // Distinguishes a tombstone from an empty value.
        records[Key(topic: topic, key: key ?? []), default: []].append(value.map { [1] + $0 } ?? [])
    }

    /// Returns a description of the difference; `nil` if there is none.
    /// - Parameter isComplete: If false, this output may be a prefix of the other one.
    func difference(from other: Published, isComplete: Bool) -> String? {
        for version in Set(models.keys).union(isComplete ? Set(other.models.keys) : []).sorted() {
            guard let theirs = other.models[version] else { return "model \(version) should not be" }
            guard let ours = models[version] else { return "model \(version) is missing" }
            if ours != theirs { return "model \(version) differs" }
        }
        var found: [String] = []
        for key in Set(records.keys).union(isComplete ? Set(other.records.keys) : []) {
            let (ours, theirs) = (records[key] ?? [], other.records[key] ?? [])
            let isEqual = isComplete ? ours == theirs : ours == Array(theirs.prefix(ours.count))
            if !isEqual {
                found.append(
                    "\(key.topic) \(String(decoding: key.key, as: UTF8.self)): \(ours.count) and \(theirs.count) records, \(Self.describe(ours, theirs))"
                )
            }
        }
        return found.min()
    }

    private static func describe(_ ours: [[UInt8]], _ theirs: [[UInt8]]) -> String {
        if Set(ours).count < ours.count { return "published twice" }
        if ours.count < theirs.count, ours == Array(theirs.filter { ours.contains($0) }) { return "some are missing" }
        if Set(ours) == Set(theirs) { return "in another order" }
        return "with other content"
    }
}

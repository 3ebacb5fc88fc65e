import ShoalClustering
import ShoalKafka
import TestSupport

@testable import ShoalPipeline

extension Application {
    /// Waits until the last whole snapshot of each partition contains everything in the input.
    func waitForSnapshots(_ instance: ShoalProcess) async throws {
        try await waitUntil("snapshots of the whole input", state: instance.log) {
            try await missingSnapshots().isEmpty
        }
    }

    /// Returns the partitions whose last whole snapshot does not contain all input.
    private func missingSnapshots() async throws -> [Int32] {
        let admin = try Admin(broker.configuration())
        let records = try await records(of: state)
        var missing: [Int32] = []
        for partition in 0..<(try await admin.partitions(of: input) ?? 0) {
            var table = StateTable(sealer(of: state, partition: partition))
            for record in records where record.partition == partition {
                let key = record.key ?? []
                if let value = record.value {
                    try table.take(key: key.span, value: value.span, offset: record.offset)
                } else {
                    try table.take(key: key.span, value: nil, offset: record.offset)
                }
            }
            let high = try await admin.watermarks(of: TopicPartition(input, partition)).high
            if try table.restored()?.header.point.offset != high { missing.append(partition) }
        }
        return missing
    }
}

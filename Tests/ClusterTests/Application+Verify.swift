import Foundation
import ShoalClustering
import ShoalKafka
import ShoalReplay
import TestSupport
import Testing

@testable import ShoalPipeline

extension Application {
    /// Returns the sealer of an internal topic's partition.
    func sealer(of topic: String, partition: Int32 = 0) -> RecordSealer {
        RecordSealer(PrivacyKey(hex: Self.keyDigits)!, topic: topic, partition: partition)
    }

    func verify(
        _ sets: [String] = [], words: [String] = [], key: String = Self.keyDigits
    ) throws -> CommandResult {
        let all = settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } + sets
        return try shoal(["verify"] + words + all.flatMap { ["--set", $0] }, environment: ["SHOAL_PRIVACY_KEY": key])
    }

    /// Runs the same verification in this process, optionally over copies of the topics.
    func verification(
        output copy: String? = nil, models: String? = nil, checkpoints: String? = nil
    ) async throws -> Verification {
        let run = try #require(try await modelRecords().last)
        let key = try #require(PrivacyKey(hex: Self.keyDigits))
        return Verification(
            application: name,
            topics: .init(input: input, output: copy ?? output, models: models ?? self.models, state: state),
            client: broker.configuration(), options: ReplayOptions(settings: run.model.settings, key: key),
            isJSON: false, checkpoints: checkpoints.map { .init(directory: $0, isAsked: true) })
    }

    /// Copies a topic and applies `change` to each record.
    func copy(
        _ topic: String, partitions: Int32, _ suffix: String, _ change: (TestRecord) throws -> [TestRecord]
    ) async throws -> String {
        try await copy(topic, partitions: partitions, to: uniqueName(suffix), change)
    }

    func copy(
        _ topic: String, partitions: Int32, to copy: String, _ change: (TestRecord) throws -> [TestRecord]
    ) async throws -> String {
        try await broker.create([copy: partitions])
        let producer = try Producer(broker.configuration(["linger.ms": "5"]))
        for record in try await records(of: topic) {
            for changed in try change(record) {
                try producer.produce(
                    to: copy, partition: record.partition, key: changed.key?.span, value: changed.value?.span,
                    headers: changed.headers.map { (name: $0.key, value: $0.value) })
            }
        }
        try producer.flush(timeout: .seconds(30))
        return copy
    }

    /// Deletes the records before the given offsets, as retention does. −1 deletes all records.
    func deleteRecords(of topic: String, before offsets: [Int32: Int64]) throws {
        let list = offsets.map { #"{"topic":"\#(topic)","partition":\#($0.key),"offset":\#($0.value)}"# }
        let folder = try TemporaryFolder()
        let file = try folder.file(
            "offsets.json", #"{"version":1,"partitions":[\#(list.joined(separator: ","))]}"#)
        try broker.tool(["delete-records", "--offset-json-file", file])
    }
}

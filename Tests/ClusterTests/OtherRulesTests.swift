import Foundation
import ShoalClustering
import ShoalKafka
import ShoalSchemas
import TestSupport
import Testing

@testable import ShoalPipeline

extension MainJob {
    @Suite("An application begun by other rules is refused", .serialized)
    struct OtherRulesTests {
        @Test(
            "by the start, before it joins the group, and by the readers",
            arguments: [LifecycleRules.previous.version - 1, LifecycleRules.current.version + 1])
        func refused(_ rules: Int64) async throws {
            let application = try await Application.begun(on: TestBroker.kind)
            try append(rules: rules, to: application)
            let expected = RulesMismatch(recorded: rules).message(application.name)
            let instance = try application.start()
            #expect(try await instance.waitForEnd() == 78)
            #expect(instance.log.contains(expected), "\(instance.log)")
            #expect(!instance.log.contains("joined the group"), "\(instance.log)")

            let folder = try TemporaryFolder()
            let audit = try folder.file("audit.log", "")
            let sets = application.settings.sorted { $0.key < $1.key }.flatMap { ["--set", "\($0.key)=\($0.value)"] }
            let key = ["SHOAL_PRIVACY_KEY": Application.keyDigits]
            let results = [
                ("verify", 67, try application.verify()),
                ("explain", 67, try application.explain(["--viewer", "viewer-1"], audit: audit)),
                ("diff", 67, try shoal(["diff", "--recorded"] + sets, environment: key)),
                ("status", 0, try shoal(["status"] + sets)),
            ]
            for (command, status, result) in results {
                #expect(result.status == Int32(status), "\(command): \(result.output)")
                #expect(result.output.contains(expected), "\(command): \(result.output)")
            }
        }

        /// Appends a model by other rules, as releases wrote it that did not seal.
        private func append(rules: Int64, to application: Application) throws {
            var content = ProtoWriter()
            content.field(1, rules)
            var record = ProtoWriter()
            record.present(8, fixed64: 1)
            record.present(9, bytes: content.bytes)
            var part = ProtoWriter()
            part.field(2, 1)
            part.field(3, record.bytes.count)
            part.field(4, bytes: Compression.zlib.compress(record.bytes))
            let producer = try Producer(application.broker.configuration())
            try producer.produce(
                to: application.models, partition: 0, key: Array("9".utf8).span, value: part.bytes.span)
            try producer.flush(timeout: .seconds(30))
        }
    }
}

import Foundation
import ShoalReplay
import TestSupport
import Testing

extension MainJob {
    @Suite("Comparison of this release with the records of a live group", .serialized)
    struct RecordedDiffTests {
        private let folder: TemporaryFolder

        init() throws {
            folder = try TemporaryFolder()
        }

        @Test(
            "the same configuration gives no difference, and another one differs from the run as from its replay",
            arguments: Array(Set([TestBroker.kind] + (TestBroker.hasApache ? [TestBroker.convincing] : []))))
        func compared(_ kind: TestBroker.Kind) async throws {
            let application = try await ran(try await TestBroker.shared(kind))
            let same = try diff(application)
            #expect(same.isSame && same.a.isRecorded && !same.b.isRecorded)
            #expect(same.settings.isEmpty && same.flows.allSatisfy { $0.from == $0.to })
            #expect(same.members.same + same.members.neither == same.members.compared && same.members.same > 100)
            check(same.a.report, same.b.report)

            let page = folder.url.appending(path: "diff.html").path
            let other = try diff(
                application, ["--with", "clusters.initial=2", "--with", "profile.half-life=2h", "--html", page])
            #expect(!other.isSame && other.settings.map(\.name) == ["clusters.initial", "profile.half-life"])
            #expect(other.a.report == same.a.report, "A does not depend on B's settings")
            #expect(other.members.compared == same.members.compared && other.members.same < same.members.same)
            #expect(other.b.report.input.events == other.a.report.input.events)
            #expect(
                try String(contentsOfFile: page, encoding: .utf8).contains("A is the recorded run of the live group"))
            let text = try application.diff(["--recorded"])
            #expect(text.status == 0 && text.output.contains("All decisions are the same"), "\(text.output)")
            let longer = try diff(application, ["--with", "epoch.length=2h"])
            #expect(!longer.isSame && longer.b.report.notes.contains { $0.contains("cannot be used") })
            try refused(application, kind)
        }

        /// Checks that the report from the recorded models and changes equals that of a replay with the same settings.
        private func check(_ a: ReplayReport, _ b: ReplayReport) {
            #expect(a.totals == b.totals && a.totals.moved > 0, "\(a.totals) \(b.totals)")
            #expect(a.clusters == b.clusters && a.settings == b.settings && a.digest == b.digest)
            #expect(
                Set(a.lifecycle.map(\.text)) == Set(b.lifecycle.map(\.text)) && a.lifecycle.count == b.lifecycle.count)
            #expect(a.rows.map(\.members) == b.rows.map(\.members) && a.rows.map(\.version) == b.rows.map(\.version))
            #expect(a.quality.movesPerDay > 0 && a.quality.unassigned == b.quality.unassigned)
            #expect(a.quality.batchSimilarity == nil && b.quality.batchSimilarity != nil)
        }

        private func ran(_ broker: TestBroker) async throws -> Application {
            let stream = InputStream(seed: 61, viewers: 300, epochs: 18)
            let application = try Application(broker, "recorded", topics: InputStream.topics)
            try await application.createTopics(partitions: 4)
            let half = stream.records.count / 2
            try InputStream.publish(stream.records[..<half], to: application.input, broker)
            let instances = try ["a", "b"].map { try application.start($0) }
            try await application.waitForModels(3, instances[0])
            let said = try await application.deltaEnd()
            try InputStream.publish(stream.records[half...], to: application.input, broker)
            try await application.settle(instances, since: said)
            for instance in instances { #expect(try await instance.stop() == 0) }
            return application
        }

        private func diff(_ application: Application, _ words: [String] = []) throws -> DiffReport {
            let result = try application.diff(["--recorded", "--json"] + words)
            #expect(result.status == 0, "\(result.output)")
            let line = try #require(result.lines.first { $0.hasPrefix("{") })
            return try DiffReport(json: line)
        }

        private func refused(_ application: Application, _ kind: TestBroker.Kind) throws {
            let events = try folder.file("events.ndjson", "")
            for (words, text) in [
                ([events], "is a file"), (["--from", "beginning"], "--from cannot be used with --recorded"),
                (["--partitions", "3"], "--partitions cannot be used with --recorded"),
            ] {
                let result = try application.diff(["--recorded"] + words)
                #expect(result.status == 64 && result.output.contains(text), "\(words): \(result.output)")
            }
            let keyless = try application.diff(["--recorded"], key: "")
            #expect(
                keyless.status == 78
                    && keyless.output.contains("neither privacy.key-file nor SHOAL_PRIVACY_KEY is set"),
                "\(keyless.output)")
            let foreign = try application.diff(["--recorded"], key: TestKey.other)
            #expect(
                foreign.status == 78 && foreign.output.contains("privacy.key-file differs"), "\(foreign.output)")
            guard kind.isApache, TestBroker.hasTools else { return }
            try application.deleteRecords(of: application.output, before: [1: 2])
            let shortened = try application.diff(["--recorded"])
            #expect(shortened.status == 67 && shortened.output.contains("retention has deleted the first changes"))
        }
    }
}

extension Application {
    fileprivate func diff(_ words: [String], key: String = Self.keyDigits) throws -> CommandResult {
        let sets = settings.sorted { $0.key < $1.key }.flatMap { ["--set", "\($0.key)=\($0.value)"] }
        return try shoal(["diff"] + words + sets, environment: key.isEmpty ? [:] : ["SHOAL_PRIVACY_KEY": key])
    }
}

extension ReplayReport.Lifecycle {
    fileprivate var text: String { "\(self)" }
}

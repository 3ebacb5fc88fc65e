import Foundation
import ShoalKafka
import ShoalPipeline
import ShoalSchemas
import TestSupport
import Testing

@Suite("Several instances of an application on one host", .enabled(if: TestBroker.hasApache, "needs Apache Kafka"))
struct SecondInstanceTests {
    @Test("without instance.id each gets an id of its own, and none ends another")
    func ownIDs() async throws {
        let application = try await ObservedApplication(TestBroker.convincing)
        try application.createTopics(partitions: 2)
        let first = try application.run(ObservedApplication.short)
        try await first.waitForLog("took over")
        let second = try application.run(ObservedApplication.short)
        try await second.waitForLog("took over")
        let host = ProcessInfo.processInfo.hostName
        let status = try await application.status { ObservedApplication.instances($0).count == 2 }
        let ids = ObservedApplication.instances(status).compactMap { $0["id"] as? String }.sorted()
        #expect(ids == [host, "\(host)-2"])
        #expect(first.isRunning, "\(first.log)")
        #expect(try await second.stop() == 0)
        #expect(try await first.stop() == 0)
    }

    @Test("the instance without a viewer's partition says where the other one is")
    func lookup() async throws {
        let application = try await ObservedApplication(TestBroker.convincing)
        try application.createTopics(partitions: 2)
        let folder = try TemporaryFolder()
        let digest = Hex.text(SHA256Digest.of(Array("t".utf8).span))
        let own = [
            "api.access-file": try folder.file("access", "anna analyst \(digest)\n"), "api.listen": "127.0.0.1:0",
            "audit.file": folder.url.appending(path: "audit").path, "input.partitioner": "murmur2",
        ]
        let instances = try ["anna", "bert"].map { name in
            try application.run(own.merging(ObservedApplication.short) { $1 }.merging(["instance.id": name]) { $1 })
        }
        let end = ContinuousClock.now + patience
        while true {
            var answers: [HTTPAnswer] = []
            for instance in instances {
                answers.append(
                    try await http(
                        try await application.port(instance, of: "page and API are served"), "/v1/members:lookup",
                        method: "POST", headers: ["Authorization: Bearer t"],
                        body: #"{"viewer":"u1","reason":"test"}"#))
            }
            if answers.map(\.status).sorted() == [200, 307] {
                let location = try #require(answers.compactMap { $0.headers["location"] }.first)
                let pattern = #/http://(127\.0\.0\.1|\[::1\]|[0-9.]+):[0-9]+/v1/members:lookup/#
                #expect(location.wholeMatch(of: pattern) != nil, "\(location)")
                break
            }
            guard ContinuousClock.now < end else { throw ProcessMisbehaved(description: "\(answers)") }
            try await Task.sleep(for: .milliseconds(200))
        }
        for instance in instances { #expect(try await instance.stop() == 0) }
    }

    @Test("an instance that waits for one that was killed says for whom it waits, and until when")
    func killed() async throws {
        let application = try await ObservedApplication(TestBroker.convincing)
        try application.createTopics(partitions: 2)
        // Long enough for the second one to start before it ends, on a busy machine too.
        let session = ["kafka.session.timeout.ms": "20000"]
        let first = try application.run(["instance.id": "anna"].merging(session) { $1 })
        try await first.waitForLog("took over")
        try await first.kill()
        let second = try application.run(["instance.id": "bert"].merging(session) { $1 })
        try await second.waitForLog("waiting for members of the group to rejoin")
        let line = second.log.split(separator: "\n").first { $0.contains("waiting for members of the group") } ?? ""
        #expect(line.contains("anna (") && line.contains("\"until\":\"20"), "\(line)")
        try await second.waitForLog("assigned")
        #expect(try await second.stop() == 0)
    }
}

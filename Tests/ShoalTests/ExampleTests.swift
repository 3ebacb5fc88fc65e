import Foundation
import ShoalKafka
import ShoalSchemas
import TestSupport
import Testing

@Suite("The examples")
struct ExampleTests {
    /// Builds the package of subscribers once, without a sanitizer. Later runs reuse most of the build.
    private static let built = Result {
        try run(
            "swift",
            [
                "build", "--package-path", TestBroker.root.appending(path: "Examples/Subscriber").path,
                "--scratch-path", TestBroker.root.appending(path: "build/example").path,
            ], environment: ["SHOAL_TEST_SANITIZER": ""])
    }

    private func program(_ name: String) throws -> String {
        let output = try Self.built.get()
        try #require(output.contains("Build complete"), "\(output)")
        return TestBroker.root.appending(path: "build/example/debug/\(name)").path
    }

    @Test("the subscriber prints each change once across restarts, and the table of members is correct")
    func subscriber() async throws {
        let broker = try await TestBroker.shared()
        let (changes, members) = (uniqueName("changes"), uniqueName("members"))
        try await broker.create([changes: 2, members: 2])
        let producer = try Producer(broker.configuration())
        func move(_ numbers: Range<Int>) throws {
            for number in numbers {
                var change = ClusterChange(id: UInt128(number), kind: .memberMoved)
                (change.member, change.from, change.to, change.why) = (UInt128(number), 3, 4, .event)
                var (value, membership): ([UInt8], [UInt8]) = ([], [])
                change.encode(into: &value)
                Membership(cluster: 4, modelVersion: nil).encode(into: &membership)
                let digits = String(number, radix: 16)
                let key = Array((String(repeating: "0", count: 32 - digits.count) + digits).utf8)
                try producer.produce(to: changes, key: key.span, value: value.span)
                try producer.produce(to: members, key: key.span, value: membership.span)
            }
            try producer.flush(timeout: .seconds(10))
        }
        let folder = try TemporaryFolder()
        let state = folder.url.appending(path: "state.json").path
        let subscriber = try program("subscriber")
        func lines() throws -> [Substring] {
            try run(subscriber, [broker.bootstrap, changes, state, "--once"]).split(separator: "\n")
        }
        try move(0..<30)
        let first = try lines()
        #expect(first.count == 31 && first[0] == "moved from 3 to 4, by event" && first.last == "30 moves so far")
        try move(30..<40)
        #expect(try lines().count == 11)
        #expect(try lines() == ["40 moves so far"])
        let absent = uniqueName("absent")
        for name in ["subscriber", "members"] {
            let result = try shell("\(try program(name)) \(broker.bootstrap) \(absent) \(state).none --once")
            #expect(result.status == 72 && result.output.hasPrefix("the topic \(absent) does not exist"), "\(result)")
        }
        let table = try run(try program("members"), [broker.bootstrap, members, "--once"])
        #expect(table == "40 members\ncluster 4: 40 members\n")
    }
}

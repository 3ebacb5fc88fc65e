import Foundation
import TestSupport
import Testing

extension MainJob {
    /// Runs one short round in every test run. `make test-faults FAULTS=200 SEED=1 SECONDS=3600 BROKERS=kafka4x3` runs
    /// longer.
    @Suite(
        "Faults of instances, brokers and connections", .serialized,
        .enabled(if: TestBroker.hasTools, "needs Apache Kafka, started by the tests"))
    struct FaultTests {
        @Test("the result equals that of the reference run")
        func identical() async throws {
            let brokers = Faults.brokers
            let own = try await OwnBroker(
                Faults.kind, settings: brokers > 1 ? ["min.insync.replicas": "2"] : [:], isProxied: brokers == 1)
            let end = ContinuousClock.now + Faults.time
            let faults = try Faults.chosen(brokers: brokers)
            var table = FaultTable()
            var seed = Faults.seed
            while table.strikes < Faults.count, ContinuousClock.now < end {
                let round = FaultRound(
                    seed: seed, own: own, brokers: brokers, faults: faults,
                    count: Faults.isShort ? Faults.count : 10, time: Faults.isShort ? .seconds(25) : .seconds(90))
                let outcome = try await round.play()
                table.add(outcome.story, differences: outcome.findings.count)
                try Faults.record(seed, outcome)
                Faults.say("  \(outcome.findings.isEmpty ? "no difference" : outcome.findings.joined(separator: "\n"))")
                #expect(
                    outcome.findings.isEmpty, "SEED=\(seed) FAULTS=1 plays it again; logs: build/faults/round-\(seed)")
                seed += 1
            }
            Faults.say(
                "\(table.strikes) faults, seeds \(Faults.seed) to \(seed - 1); go on with SEED=\(seed)\n\(table.text)")
        }
    }
}

/// The parameters from the environment.
enum Faults {
    private static let environment = ProcessInfo.processInfo.environment
    static let isShort = environment["SHOAL_TEST_FAULTS"] == nil
    /// The number of faults after which no further round starts.
    static let count = environment["SHOAL_TEST_FAULTS"].flatMap { Int($0) } ?? 4
    static let seed = environment["SHOAL_TEST_SEED"].flatMap { UInt64($0) } ?? 1
    /// The time after which no further round starts.
    static let time = Duration.seconds(environment["SHOAL_TEST_SECONDS"].flatMap { Int($0) } ?? 86_400)

    static var kind: TestBroker.Kind {
        isShort ? .apacheKafka(release: 4, brokers: 1, isSecure: false) : TestBroker.convincing
    }

    static var brokers: Int {
        if case .apacheKafka(_, let brokers, _) = kind { brokers } else { 1 }
    }

    /// Returns the faults to choose among: those that are possible with these brokers and, if `ONLY` is set, named in
    /// it.
    static func chosen(brokers: Int) throws -> [Fault] {
        let all = isShort ? Fault.ofInstances + Fault.ofCheckpoints : Fault.all(brokers: brokers)
        guard let only = environment["SHOAL_TEST_FAULTS_ONLY"] else { return all }
        return try only.split(separator: ",").map { name in
            guard let fault = all.first(where: { $0.name == name }) else {
                throw ProcessMisbehaved(
                    description: "no fault \(name) for \(Self.name): \(all.map(\.name).joined(separator: ", "))")
            }
            return fault
        }
    }

    /// Prints immediately. Rounds are long, and a run may be interrupted.
    static func say(_ text: String) {
        FileHandle.standardOutput.write(Data("\(text)\n".utf8))
    }

    private static var name: String {
        if case .apacheKafka(let release, let brokers, _) = kind { "kafka\(release)x\(brokers)" } else { "\(kind)" }
    }

    /// Appends a round to the file named by `SHOAL_TEST_FAULTS_LOG`, one line per fault.
    static func record(_ seed: UInt64, _ outcome: FaultRound.Outcome) throws {
        guard let path = environment["SHOAL_TEST_FAULTS_LOG"] else { return }
        var text = ""
        for strike in outcome.story {
            let away = strike.away.map {
                "\($0.components.seconds * 1_000 + $0.components.attoseconds / 1_000_000_000_000_000)"
            }
            text +=
                "\(name),\(seed),\(strike.fault.rawValue.replacing(",", with: "")),\(outcome.findings.count),\(away ?? "")\n"
        }
        if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(fileURLWithPath: path)) }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
    }
}

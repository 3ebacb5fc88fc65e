import Foundation
import ShoalClustering
import ShoalKafka
import TestSupport
import Testing

@testable import ShoalPipeline

/// One round: a new application, a load, a sequence of faults and a final check. The seed determines the faults. Their
/// timing relative to the program is not reproducible.
struct FaultRound {
    let seed: UInt64
    let own: OwnBroker
    let brokers: Int
    /// The faults to choose among.
    let faults: [Fault]
    /// The number of faults to inject.
    let count: Int
    /// The duration of the load if the input grows.
    let time: Duration

    struct Outcome {
        var story: [Strike]
        var findings: [String]
        var isGrown: Bool
    }

    /// - Throws: If the round could not be run.
    func play() async throws -> Outcome {
        var random = SplitMix64(seed: seed)
        let isReal = sharedEvents != nil && random.uniform() < 0.3
        let isGrown = random.uniform() < 0.6
        // Either the session or the transaction times out first while an instance sleeps.
        let (session, transaction) = random.uniform() < 0.6 ? (2_500, 2_000) : (8_000, 1_000)
        var settings = [
            "kafka.session.timeout.ms": "\(session)", "kafka.heartbeat.interval.ms": "300",
            "transaction.timeout": "\(transaction)ms", "commit.interval": random.uniform() < 0.5 ? "10ms" : "200ms",
            "snapshot.interval": random.uniform() < 0.5 ? "100ms" : "2s",
            "transaction.max-bytes": random.uniform() < 0.3 ? "1KiB" : "4MiB",
            "outbox.max-bytes": random.uniform() < 0.5 ? "4KiB" : "16MiB",
        ]
        // Uses a separate generator, so that draws added later do not change the other draws of a seed.
        var aside = SplitMix64(seed: seed ^ 0xC4EC)
        let keepsCheckpoints = faults.allSatisfy(\.needsCheckpoints) || aside.uniform() < 0.6
        let checkpoints = keepsCheckpoints ? try CheckpointPlace() : nil
        if let checkpoints {
            settings["checkpoint.directory"] = checkpoints.url.path
            settings["checkpoint.interval"] = "1s"
        }
        if aside.uniform() < 0.5 { settings["privacy.rotation"] = "1d" }
        var topics = InputStream.topics
        if isReal {
            topics = RealEvents.topics
            settings.merge(RealEvents.settings) { $1 }
        }
        let application = try Application(own.broker, "faults", topics: topics, settings: settings)
        try await application.createTopics(partitions: Load.partitions)
        let load =
            isReal
            ? try Load.real(application, count: 20_000)
            : Load.generated(application, seed: seed, epochs: isGrown ? 80 : 200)
        Faults.say(
            "round \(seed): \(load.description), \(isGrown ? "growing" : "complete"); "
                + settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "))
        let world = try FaultWorld(
            application, own, brokers: brokers, load: load, session: session, transaction: transaction,
            checkpoints: checkpoints, random: random)
        if isGrown {
            load.begin(over: time)
        } else {
            load.begin(over: .zero)
            try await world.wait(upTo: 120_000) { load.isOver }
            try world.endInControlRecords()
        }
        try world.ensureAll()
        var story: [Strike] = []
        var findings: [String]
        do {
            try await tell(world, &story)
            findings = try await check(world, isGrown: isGrown)
        } catch {
            findings = ["\(error)"]
        }
        findings += world.findings
        if !findings.isEmpty {
            findings += try own.droppedMarkers().map { "a broker left markers of a transaction out: \($0)" }
            let folder = TestBroker.root.appending(path: "build/faults/round-\(seed)")
            try world.saveLogs(folder)
            try Data(findings.joined(separator: "\n").utf8).write(to: folder.appending(path: "findings.txt"))
        }
        return Outcome(story: story, findings: findings, isGrown: isGrown)
    }

    private func tell(_ world: FaultWorld, _ story: inout [Strike]) async throws {
        let faults = world.checkpoints == nil ? faults.filter { !$0.needsCheckpoints } : faults
        try await world.wait(upTo: 30_000) { world.watch.offsets.contains { $0 > 0 } }
        for _ in 0..<count {
            try await world.pause(world.draw(0..<2_000))
            try await world.sayEnded()
            try world.ensureAll()
            let fault = faults[world.draw(0..<faults.count)]
            // Some faults overlap. For the others, the recovery time is measured.
            let isAlone = world.draw(0..<3) > 0
            world.watch.begin()
            let detail = try await world.strikeInstances(fault)
            var strike = Strike(fault: fault, detail: detail)
            if isAlone {
                world.watch.mark()
                try await world.wait(upTo: 60_000) { world.watch.hasRecovered }
                strike.away = world.watch.worst
                if !world.watch.hasRecovered { strike.detail += ", and some stood still for a minute" }
            }
            story.append(strike)
            let away = strike.away.map { ": away \(FaultTable.seconds($0))" } ?? ""
            Faults.say("  \(fault.rawValue) \(strike.detail)\(away)")
        }
        try await world.sayEnded()
        try world.ensureAll()
    }

    /// Lets the round finish, stops the instances, and compares the output with the reference run.
    private func check(_ world: FaultWorld, isGrown: Bool) async throws -> [String] {
        let (application, load) = (world.application, world.load)
        load.hurry()
        try await world.wait(upTo: 120_000) { load.isOver }
        guard load.isOver else { return ["the load could not be published: \(load.problems)"] }
        if isGrown { try world.endInControlRecords() }
        var ends = load.published.map { _ in Int64(0) }
        for record in try await application.records(of: application.input) {
            ends[Int(record.partition)] = max(ends[Int(record.partition)], record.offset + 1)
        }
        // On a busy machine this may be slow, but progress must never stop.
        var offsets = world.watch.offsets
        while !zip(offsets, ends).allSatisfy({ $0 >= $1 }) {
            let before = offsets
            try await world.wait(upTo: 180_000) { world.watch.offsets != before }
            offsets = world.watch.offsets
            guard offsets != before else {
                return ["nothing of the input was used for three minutes: \(offsets) of \(ends)"]
            }
        }
        try await application.settle(Array(world.instances.values))
        for name in world.instances.keys.sorted() { try await world.stop(name) }
        let verdict = try await Checker(application, isGrown: isGrown).verdict
        let events = verdict.oracle.events
        Faults.say(
            "  \(events) events, \(verdict.published.models.count) models, \(verdict.published.changes.count) changes")
        guard verdict.published.models.count > 5, !verdict.published.changes.isEmpty else { return ["an idle round"] }
        let found = try verdict.findings()
        return found.isEmpty ? [] : [Finding.summary(found)]
    }
}

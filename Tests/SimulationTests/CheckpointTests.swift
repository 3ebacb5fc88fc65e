import Foundation
import TestSupport
import Testing

@testable import ShoalClustering
@testable import ShoalPipeline

@Suite("Checkpoints")
struct CheckpointTests {
    private let folder: TemporaryFolder
    private let state: StateTable
    private var url: URL { folder.url.appending(path: "a-0.checkpoint") }
    private let head = Checkpoint.Head(
        application: "a", partition: 0, keyFingerprint: 7, offset: 12, epoch: 3, modelHash: [1, 2, 3], life: 5)

    /// Takes the state that a run of the simulation leaves behind.
    init() throws {
        folder = try TemporaryFolder()
        for seed in 0..<20 as Range<UInt64> {
            var scenario = Scenario.random(seed)
            scenario.rates.snapshots = 30
            scenario.rates.part = 60
            scenario.faults = []
            let world = Simulation(scenario)
            try world.run()
            for partition in 0..<scenario.partitions {
                let empty = StateTable(world.seals.state(.input(Int32(partition))))
                let state = try Self.state(world.kafka[.state(Int32(partition))].committed[...], after: empty)
                if state.whole != nil, state.memberCount > 8, state.others.count > 3 {
                    self.state = state
                    return
                }
            }
        }
        throw Finding("no run left a state")
    }

    /// Of the first partition's state.
    private static let sealer = SimulatedSeals(Simulation.key, partitions: 1).state(.input(0))

    private typealias Records = ArraySlice<(offset: Int64, record: SimulatedLog.Record)>

    /// Splits the state topics that simulation runs leave behind, at some dozen places each.
    /// - Parameter body: Receives the records before and after the split, the state after all of them, and the run's
    ///   name.
    private func forEachCut(
        of seeds: Range<UInt64>,
        _ body: (_ before: Records, _ after: Records, _ whole: String, _ run: String) async throws -> Void
    ) async throws {
        for seed in seeds {
            var scenario = Scenario.random(seed)
            scenario.rates.snapshots = 20
            let world = Simulation(scenario)
            try world.run()
            let records = world.kafka[.state(0)].committed
            let whole = try Self.text(Self.state(records[...]))
            for cut in stride(from: 0, through: records.count, by: max(records.count / 12, 1)) {
                try await body(records[..<cut], records[cut...], whole, "seed \(seed) cut at \(cut)")
            }
        }
    }

    private static func state(
        _ records: Records, after base: StateTable = StateTable(Self.sealer)
    ) throws -> StateTable {
        var state = base
        for (offset, record) in records { try state.take(record, offset: offset) }
        state.settle()
        return state
    }

    /// Returns a text that contains everything restored from a state.
    private static func text(_ state: StateTable) throws -> String {
        var state = state
        var lines: [String] = []
        state.members.visit { member, point, topics, weights, directions in
            let profile = topics.indices.map { "\(topics[$0]):\(weights[$0]):\(directions[$0])" }
            lines.append("\(member) \(point) \(profile)")
        }
        let restored = try state.restored()
        return
            "\(lines.sorted()) \(String(describing: restored?.header)) \(String(describing: restored?.later)) \(state.newest)"
    }

    @Test("a checkpoint is read back unchanged")
    func roundTrip() async throws {
        #expect(try await Checkpoint.read(url, expected: head, by: state.sealer) == nil)
        try Checkpoint(head: head, state: state).write(to: url)
        let found = try #require(try await Checkpoint.read(url, expected: head, by: state.sealer))
        #expect(found.head == head)
        #expect(try Self.text(found.state) == Self.text(state))
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(files == ["a-0.checkpoint"], "nothing else is left")
        let mode = try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test("a state saved at any offset continues like one that was never saved")
    func anywhere() async throws {
        try await forEachCut(of: 0..<10) { before, after, whole, run in
            try Checkpoint(head: head, state: try Self.state(before)).write(to: url)
            let found = try #require(try await Checkpoint.read(url, expected: head, by: Self.sealer)).state
            #expect(try Self.text(Self.state(after, after: found)) == whole, "\(run)")
        }
    }

    @Test("a file renewed incrementally equals one of the complete state")
    func renewed() async throws {
        try await forEachCut(of: 20..<30) { before, after, whole, run in
            try Checkpoint(head: head, state: try Self.state(before)).write(to: url)
            var base = try #require(try await Checkpoint.Base.read(url, expected: head, by: Self.sealer))
            #expect(base.head == head && base.state.memberCount == 0)
            base.state = try Self.state(after, after: base.state)
            let count = try Checkpoint(head: head, state: base.state).write(to: url, after: base)
            let found = try #require(try await Checkpoint.read(url, expected: head, by: Self.sealer)).state
            #expect(count == found.memberCount)
            #expect(try Self.text(found) == whole, "\(run)")
        }
    }

    @Test("a damaged, truncated or foreign file is refused")
    func refused() async throws {
        try Checkpoint(head: head, state: state).write(to: url)
        let good = try Data(contentsOf: url)
        for place in stride(from: 0, to: good.count, by: 7) {
            var bad = good
            bad[place] ^= 0x10
            try bad.write(to: url)
            await #expect(throws: Checkpoint.Failure.self, "byte \(place)") {
                try await Checkpoint.read(url, expected: head, by: state.sealer)
            }
            try good.prefix(place).write(to: url)
            await #expect(throws: Checkpoint.Failure.self, "cut at \(place)") {
                try await Checkpoint.read(url, expected: head, by: state.sealer)
            }
        }
        try good.write(to: url)
        var others = [head, head, head]
        others[0].partition += 1
        others[1].keyFingerprint += 1
        others[2].application = "b"
        for other in others {
            await #expect(throws: Checkpoint.Failure.self) {
                try await Checkpoint.read(url, expected: other, by: state.sealer)
            }
        }
    }

    @Test("reading a checkpoint can be cancelled")
    func cancelled() async throws {
        try Checkpoint(head: head, state: state).write(to: url)
        let (url, head, sealer) = (url, head, state.sealer)
        let reading = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await Checkpoint.read(url, expected: head, by: sealer)?.head
        }
        reading.cancel()
        await #expect(throws: CancellationError.self) { try await reading.value }
    }

    @Test("if a file cannot be written, the previous one remains")
    func full() throws {
        try Checkpoint(head: head, state: state).write(to: url)
        let before = try Data(contentsOf: url)
        // A directory has the name of the new file, so that the file cannot be created.
        try FileManager.default.createDirectory(
            at: url.appendingPathExtension("new").appending(path: "x"), withIntermediateDirectories: true)
        #expect(throws: (any Error).self) { try Checkpoint(head: head, state: state).write(to: url) }
        #expect(try Data(contentsOf: url) == before)
    }
}

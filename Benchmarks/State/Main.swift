import Foundation

@testable import ShoalClustering
@testable import ShoalPipeline
@testable import StateMaker

/// Measures how fast partition state is written and read: `make bench-state MEMBERS=1000000`. Rates are per CPU second
/// of one core. Concurrent reads are measured by wall clock.
@main
struct BenchState {
    private static let partitions = 4

    static func main() async throws {
        let members = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000
        guard let key = PrivacyKey(hex: String(repeating: "5a", count: 32)) else { return }
        print("members                    \(members), 6 topics each, \(partitions) partitions")
        let folder = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        var sum = Times()
        for partition in 0..<Int32(partitions) {
            let times = try write(partition, members: members / partitions, key, to: url(folder, partition))
            sum.encoded += times.encoded
            sum.restored += times.restored
            sum.written += times.written
            (sum.size, sum.fileSize) = (sum.size + times.size, sum.fileSize + times.fileSize)
        }
        report("snapshot, encoded", members, sum.encoded, bytes: sum.size)
        report("snapshot, restored", members, sum.restored, bytes: sum.size)
        report("checkpoint, written", members, sum.written, bytes: sum.fileSize)

        let (began, before) = (ContinuousClock.now, CPUTime.ofProcess)
        let ready = try await withThrowingTaskGroup(of: Int.self) { tasks in
            for partition in 0..<Int32(partitions) {
                tasks.addTask { try await read(partition, key, from: url(folder, partition)) }
            }
            var ready = 0
            for try await count in tasks { ready += count }
            return ready
        }
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        guard ready == members / partitions * partitions else {
            throw Checkpoint.Failure.damaged("\(ready) members are read of \(members)")
        }
        report("checkpoint, ready again", members, CPUTime.ofProcess - before, bytes: sum.fileSize)
        print(String(format: "all ready again after       %.2f s, memory at most %.2f GB", seconds, peak()))
    }

    private struct Times {
        var (encoded, restored, written) = (0.0, 0.0, 0.0)
        var (size, fileSize) = (0, 0)
    }

    private static func url(_ folder: URL, _ partition: Int32) -> URL {
        folder.appending(path: "\(partition).checkpoint")
    }

    private static func head(_ partition: Int32) -> Checkpoint.Head {
        Checkpoint.Head(application: "bench", partition: partition, keyFingerprint: 1)
    }

    private static func sealer(_ partition: Int32, _ key: PrivacyKey) -> RecordSealer {
        RecordSealer(key, topic: "bench-state", partition: partition)
    }

    /// Measures a partition's snapshot, its decoding, and its checkpoint.
    private static func write(
        _ partition: Int32, members: Int, _ key: PrivacyKey, to file: URL
    ) throws -> Times {
        var times = Times()
        var shard = StateMaker.shard(members: members, from: Int(partition) * members, KeyedTopics(key))
        shard.trackChanges()
        let sealer = sealer(partition, key)
        var records = RecordBuffer()
        times.encoded = cpuSeconds {
            _ = shard.beginSnapshot(at: 0)
            while true {
                let isWhole = shard.continueSnapshot(most: 4_096)
                shard.takeSnapshot {
                    StateRecord.append($0, at: SnapshotPoint(offset: 0, epoch: nil), by: sealer, to: &records)
                }
                if isWhole { break }
            }
        }
        times.size = records.size
        StateRecord.append(
            shard.header(at: 0), number: 1, side: .a, .zstd, largestChunk: Chunks.largest, by: sealer, to: &records)
        StateRecord.append(StateRecord.Whole(number: 1, side: .a), to: &records)
        var state = StateTable(sealer)
        times.restored = try cpuSeconds { try take(records, into: &state) }
        let checkpoint = Checkpoint(head: head(partition), state: state)
        times.written = try cpuSeconds { try checkpoint.write(to: file) }
        times.fileSize = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int ?? 0
        return times
    }

    /// - Returns: The members of a restored shard.
    @concurrent
    private static func read(_ partition: Int32, _ key: PrivacyKey, from file: URL) async throws -> Int {
        guard
            var found = try await Checkpoint.read(file, expected: head(partition), by: sealer(partition, key))
        else { return 0 }
        return try StateMaker.ready(&found.state, key)
    }

    private static func take(_ records: RecordBuffer, into state: inout StateTable) throws {
        let bytes = records.bytes.span
        for (index, entry) in records.entries.enumerated() {
            guard let key = entry.key, let value = entry.value else { continue }
            try state.take(key: bytes.extracting(key), value: bytes.extracting(value), offset: Int64(index))
        }
        state.settle()
    }

    // MARK: - Measuring

    private static func cpuSeconds(_ body: () throws -> Void) rethrows -> Double {
        let before = CPUTime.ofProcess
        try body()
        return CPUTime.ofProcess - before
    }

    /// Returns the peak resident memory in GB.
    private static func peak() -> Double {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_maxrss) / 1e6
    }

    private static func report(_ what: String, _ members: Int, _ seconds: Double, bytes: Int) {
        let name = what.padding(toLength: 26, withPad: " ", startingAt: 0)
        let rate = Double(members) / seconds / 1e6
        print(
            "\(name) \(String(format: "%.2f", rate)) million members a second, "
                + "\(String(format: "%.0f", seconds / Double(members) * 1e9)) ns and \(bytes / max(members, 1)) bytes each"
        )
    }
}

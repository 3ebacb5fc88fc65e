import Foundation

@testable import Clustering
@testable import Pipeline
@testable import StateMaker

/// How fast a partition's state is written and read: `make bench-state MEMBERS=1000000`.
@main
struct BenchState {
    static func main() throws {
        let members = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000
        guard let key = PrivacyKey(hex: String(repeating: "5a", count: 32)) else { return }
        print("members                    \(members), 6 topics each")
        var shard = StateMaker.shard(members: members, KeyedTopics(key))
        shard.trackChanges()

        var records = RecordBuffer()
        let written = seconds {
            _ = shard.beginSnapshot(at: 0)
            while true {
                let isWhole = shard.continueSnapshot(most: 4_096)
                shard.takeSnapshot { StateRecord.append($0, at: SnapshotPoint(offset: 0, epoch: nil), to: &records) }
                if isWhole { break }
            }
        }
        report("snapshot, encoded", members, written, bytes: records.size)
        StateRecord.append(shard.header(at: 0), number: 1, side: .a, largestPart: Parts.largest, to: &records)
        StateRecord.append(StateRecord.Whole(number: 1, side: .a), to: &records)

        var state = StateTable()
        report("snapshot, restored", members, try seconds { try take(records, into: &state) }, bytes: records.size)
        records = RecordBuffer()

        let file = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString).checkpoint")
        defer { try? FileManager.default.removeItem(at: file) }
        let head = Checkpoint.Head(application: "bench", partition: 0, keyFingerprint: 1)
        let checkpoint = Checkpoint(head: head, state: state)
        let saved = try seconds { try checkpoint.write(to: file) }
        let size = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int ?? 0
        report("checkpoint, written", members, saved, bytes: size)
        var found: Checkpoint?
        report(
            "checkpoint, read", members, try seconds { found = try Checkpoint(of: file, expected: head) }, bytes: size)
        guard var read = found?.state else { return }
        found = nil
        var ready = 0
        let made = try seconds { ready = try StateMaker.ready(&read, key) }
        report("shard, ready again", members, made, bytes: size)
        guard ready == members else { throw Checkpoint.Failure.damaged("members are missing") }
    }

    static func take(_ records: RecordBuffer, into state: inout StateTable) throws {
        let bytes = records.bytes.span
        for (index, entry) in records.entries.enumerated() {
            guard let key = entry.key, let value = entry.value else { continue }
            try state.take(key: bytes.extracting(key), value: bytes.extracting(value), offset: Int64(index))
        }
    }

    static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let started = ContinuousClock.now
        try body()
        return (ContinuousClock.now - started) / .seconds(1)
    }

    static func report(_ what: String, _ members: Int, _ seconds: Double, bytes: Int) {
        let name = what.padding(toLength: 26, withPad: " ", startingAt: 0)
        let rate = Double(members) / seconds / 1e6
        print(
            "\(name) \(String(format: "%.2f", rate)) million members a second, "
                + "\(String(format: "%.0f", seconds / Double(members) * 1e9)) ns and \(bytes / max(members, 1)) bytes each"
        )
    }
}

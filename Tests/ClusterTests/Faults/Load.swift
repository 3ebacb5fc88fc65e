import Foundation
import ShoalClustering
import ShoalKafka
import ShoalSchemas
import Synchronization
import TestSupport

/// The input of a round, published in advance or gradually.
final class Load: Sendable {
    static let partitions: Int32 = 6

    let description: String
    private let records: [InputStream.Record]
    private let application: Application
    private let state: Mutex<State>

    private struct State {
        var published: [Int64]
        var isHurried = false
        var isOver = false
        var problems: [String] = []
    }

    private init(_ description: String, _ records: [InputStream.Record], _ application: Application) {
        self.description = description
        self.records = records
        self.application = application
        state = Mutex(State(published: Array(repeating: 0, count: Int(Self.partitions))))
    }

    /// Returns a generated stream with invalid records at the first and last offset of each partition, a viewer who at
    /// times produces half of all events, a record a year in the future, and a partition that is silent for a third of
    /// the time.
    static func generated(_ application: Application, seed: UInt64, epochs: Int) -> Load {
        var random = SplitMix64(seed: seed ^ 0x10AD)
        let stream = InputStream(seed: seed, viewers: 300, epochs: epochs, watches: 0.4)
        let isCrowded = random.uniform() < 0.4
        let silent = random.uniform() < 0.5 ? Int32(random.next() % UInt64(partitions)) : nil
        let ahead = Int(random.next() % UInt64(stream.records.count / 2))
        var records = poison("first")
        for (index, record) in stream.records.enumerated() {
            let isSilent = index > stream.records.count / 3 && index < stream.records.count * 2 / 3
            if isSilent, record.partition(of: partitions) == silent { continue }
            records.append(record)
            if isCrowded, let next = record.asOf("crowd", number: index) { records.append(next) }
            if index == ahead, let next = record.asOf("time-traveller", number: index, later: 365 * 86_400_000) {
                records.append(next)
            }
        }
        records += poison("last")
        let more = [isCrowded ? "one viewer with half" : nil, silent.map { "partition \($0) silent for a third" }]
        return Load(
            "made up, \(records.count) records" + more.compactMap { $0 }.map { ", \($0)" }.joined(), records,
            application)
    }

    /// Returns the first `count` real events.
    static func real(_ application: Application, count: Int) throws -> Load {
        let text = try run(
            "sh", ["-c", "gzip -dc \"$1\" 2> /dev/null | head -n \(count)", "sh", sharedEvents ?? ""])
        let records = text.split(separator: "\n").compactMap { line -> InputStream.Record? in
            guard let user = line.firstMatch(of: /"user_id":"([^"]*)"/) else { return nil }
            return InputStream.Record(key: Array(user.1.utf8), value: Array(line.utf8))
        }
        return Load("real, \(records.count) records", records, application)
    }

    private static func poison(_ name: String) -> [InputStream.Record] {
        var found: [Int32: InputStream.Record] = [:]
        var number = 0
        while found.count < Int(partitions) {
            let record = InputStream.Record(
                key: Array("poison-\(name)-\(number)".utf8), value: Array("no event".utf8), rejection: .badProtobuf)
            found[record.partition(of: partitions)] = record
            number += 1
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }

    var published: [Int64] { state.withLock { $0.published } }
    var isOver: Bool { state.withLock { $0.isOver } }
    var problems: [String] { state.withLock { $0.problems } }

    /// Publishes the remaining input immediately.
    func hurry() { state.withLock { $0.isHurried = true } }

    /// Starts publishing evenly over `time` on a separate thread. Zero publishes at full speed.
    func begin(over time: Duration) {
        Thread.detachNewThread { [self] in
            let start = ContinuousClock.now
            var rest = records[...]
            while !rest.isEmpty {
                do { try publish(&rest, from: start, over: time) } catch {
                    // The checker reads the resulting topic, so records lost or duplicated here affect both runs
                    // equally.
                    state.withLock { $0.problems.append("\(error)") }
                }
            }
            state.withLock { $0.isOver = true }
        }
    }

    private func publish(
        _ rest: inout ArraySlice<InputStream.Record>, from start: ContinuousClock.Instant, over time: Duration
    ) throws {
        let producer = try Producer(application.broker.configuration(["linger.ms": "2"]))
        while let record = rest.first {
            let share = Double(rest.startIndex) / Double(records.count)
            while !state.withLock({ $0.isHurried }), ContinuousClock.now < start + time * share {
                Thread.sleep(forTimeInterval: 0.005)
            }
            let headers = record.rejection.map { [(name: "expect", value: Array($0.rawValue.utf8))] } ?? []
            let partition = record.partition(of: Self.partitions)
            try producer.produce(
                to: application.input, partition: partition, key: record.key?.span, value: record.value?.span,
                headers: headers)
            rest = rest.dropFirst()
            state.withLock { $0.published[Int(partition)] += 1 }
            if let error = producer.fatalError { throw error }
        }
        try producer.flush(timeout: .seconds(60))
    }
}

extension InputStream.Record {
    /// Returns the same event with another viewer and time.
    fileprivate func asOf(_ viewer: String, number: Int, later: Int64 = 0) -> Self? {
        guard rejection == nil, let value,
            var event = try? JSONSerialization.jsonObject(with: Data(value)) as? [String: Any],
            let time = (event["event_time_ms"] as? NSNumber)?.int64Value
        else { return nil }
        event["event_id"] = "\(viewer)-\(number)"
        event["user_id"] = viewer
        event["event_time_ms"] = time + later
        guard let data = try? JSONSerialization.data(withJSONObject: event, options: .sortedKeys) else { return nil }
        return Self(key: Array(viewer.utf8), value: Array(data))
    }
}

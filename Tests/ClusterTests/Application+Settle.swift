import ShoalClustering
import ShoalKafka
import TestSupport

@testable import ShoalPipeline

extension Application {
    /// Returns the end of the delta topic at the time of the call.
    func deltaEnd() async throws -> Int64 {
        try await Admin(broker.configuration()).watermarks(of: TopicPartition(deltas, 0)).high
    }

    /// Waits until the input is used up: each partition has reported idle after `since`, and no epoch delta makes
    /// another model due.
    /// - Parameters:
    ///   - instances: The running instances. Their logs are reported if the wait times out.
    ///   - since: An offset of the delta topic. Earlier messages do not count.
    func settle(_ instances: [ShoalProcess], since: Int64 = 0, within time: Duration = patience) async throws {
        try await waitForBegin(instances)
        var progress = try Progress(self)
        let partitions = try await Admin(broker.configuration()).partitions(of: input) ?? 0
        let end = ContinuousClock.now + time
        while true {
            try progress.read()
            if progress.isSettled(partitions: Int(partitions), since: since) { return }
            if ContinuousClock.now > end || instances.contains(where: { !$0.isRunning }) {
                let logs = instances.map { $0.log.split(separator: "\n").suffix(60).joined(separator: "\n") }
                throw ProcessMisbehaved(
                    description: "not settled: \(progress.state)\n\(logs.joined(separator: "\n---\n"))")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Waits until the instances have started. The result may exist before an instance starts, and an instance that is
    /// stopped before it has installed its signal handlers is killed by the signal.
    private func waitForBegin(_ instances: [ShoalProcess]) async throws {
        for instance in instances { try await instance.waitForLog("joined the group") }
    }

    /// Waits until `count` models have been published.
    func waitForModels(_ count: Int, _ instance: ShoalProcess, within time: Duration = patience) async throws {
        try await waitForBegin([instance])
        var progress = try Progress(self)
        let end = ContinuousClock.now + time
        while progress.models < count {
            guard ContinuousClock.now < end, instance.isRunning else {
                throw ProcessMisbehaved(description: "\(progress.models) models:\n\(instance.log)")
            }
            try progress.read()
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}

/// The progress that is visible in the delta topic and the model topic, read incrementally.
struct Progress {
    private let deltas: PartitionReader
    private let modelReader: PartitionReader
    private var table: ModelTable
    private var words: [Int32: (offset: Int64, isCaughtUp: Bool)] = [:]
    private var epochDeltas: [Int32: Int64] = [:]
    /// The last epoch that each partition has closed. Only epoch deltas that fit into one record count.
    private var closed: [Int32: Epoch] = [:]
    private var bookkeeping: Bookkeeping?
    /// The number of model records, without the genesis model.
    private(set) var models = 0

    init(_ application: Application) throws {
        let client = try ReaderClient(application.broker.configuration())
        table = ModelTable(application.sealer(of: application.models))
        deltas = try client.reader(topic: application.deltas, partition: 0, from: 0)
        modelReader = try client.reader(topic: application.models, partition: 0, from: 0)
    }

    mutating func read() throws {
        while true {
            let batch = try deltas.poll(max: 500)
            for index in 0..<batch.count {
                guard let value = batch.value(index) else { continue }
                switch try DeltaRecord.decode(value) {
                case .word(.caughtUp(let partition, _)): words[partition] = (batch.offset(index), true)
                case .word(.behind(let partition, _)): words[partition] = (batch.offset(index), false)
                case .word(.epochDelta(let epochDelta)):
                    close(epochDelta.partition, epochDelta.number, batch.offset(index))
                    closed[epochDelta.partition] = epochDelta.through
                case .part(let partition, let number, let part) where part.index + 1 == part.count:
                    close(partition, number, batch.offset(index))
                case .part: continue
                }
            }
            if batch.count == 0 { break }
        }
        while true {
            let batch = try modelReader.poll(max: 100)
            for index in 0..<batch.count {
                guard let value = batch.value(index), let record = try table.take(value, offset: batch.offset(index))
                else { continue }
                bookkeeping = record.bookkeeping
                if record.bookkeeping.through != nil { models += 1 }
            }
            if batch.count == 0 { break }
        }
    }

    private mutating func close(_ partition: Int32, _ number: Int64, _ offset: Int64) {
        epochDeltas[partition] = number
        closed[partition] = nil
        words[partition] = (offset, false)
    }

    func isSettled(partitions: Int, since: Int64) -> Bool {
        guard let bookkeeping, bookkeeping.partitions.count == partitions else { return false }
        return (0..<Int32(partitions)).allSatisfy { partition in
            guard let word = words[partition] else { return false }
            let isIncluded = bookkeeping.partitions[Int(partition)].included == epochDeltas[partition] ?? 0
            // On a growing topic an epoch delta may arrive after its epoch's model. The next model includes it then.
            let isLate = closed[partition].map { $0 <= bookkeeping.through ?? .min } ?? false
            return word.isCaughtUp && word.offset >= since && (isIncluded || isLate)
        }
    }

    var state: String {
        let included = bookkeeping?.partitions.map(\.included) ?? []
        return "words \(words), epoch deltas \(epochDeltas), included \(included), \(models) models"
    }
}

import Clustering
import Foundation
import TestSupport

/// An application, its instances and its brokers, and what befalls them.
final class FaultWorld {
    let application: Application
    let own: OwnBroker
    let brokers: Int
    let load: Load
    let watch: ProgressWatch
    let probe: KafkaProbe
    /// How long a frozen instance sleeps to outlast its session, and its transaction.
    let sessionTime: Int
    let transactionTime: Int
    /// Where all instances keep their checkpoints, as on one host; nil: nowhere.
    let checkpoints: CheckpointPlace?
    var random: SplitMix64
    var instances: [String: ShoalProcess] = [:]
    /// What went wrong beside what was published.
    private(set) var findings: [String] = []

    /// The instances that run unless a fault has it otherwise.
    static let names = ["a", "b", "c"]

    init(
        _ application: Application, _ own: OwnBroker, brokers: Int, load: Load, session: Int, transaction: Int,
        checkpoints: CheckpointPlace?, random: SplitMix64
    ) throws {
        self.application = application
        self.own = own
        self.brokers = brokers
        self.load = load
        (sessionTime, transactionTime) = (session, transaction)
        self.checkpoints = checkpoints
        self.random = random
        watch = try ProgressWatch(application, partitions: Load.partitions) { load.published }
        probe = try KafkaProbe(application.broker.bootstrap, group: application.name)
    }

    deinit {
        watch.stop()
    }

    // MARK: - Instances

    func start(_ name: String) throws {
        instances[name] = try application.start(name)
    }

    func ensureAll() throws {
        for name in Self.names where instances[name] == nil { try start(name) }
    }

    /// Instances are ended by faults only.
    func sayEnded() async throws {
        for (name, instance) in instances.sorted(by: { $0.key < $1.key }) where !instance.isRunning {
            let status = try await instance.waitForEnd()
            findings.append("\(name) ended by itself with \(status)")
            keep(name, instance)
            instances[name] = nil
        }
    }

    func kill(_ name: String) async throws {
        guard let instance = instances.removeValue(forKey: name) else { return }
        try await instance.kill()
        keep(name, instance)
    }

    /// Asks it to stop; that it does not, or not well, is a finding.
    func stop(_ name: String) async throws {
        guard let instance = instances.removeValue(forKey: name) else { return }
        do {
            let status = try await instance.stop(within: .seconds(90))
            // Before it listens to signals it has begun nothing, and is ended by them.
            let isEarly = status == -SIGTERM && !instance.log.contains("joined the group")
            if status != 0, !isEarly { findings.append("\(name) was stopped and ended with \(status)") }
        } catch {
            findings.append("\(name) did not stop")
            try await instance.kill()
        }
        keep(name, instance)
    }

    func find(_ finding: String) {
        findings.append(finding)
    }

    /// The logs of instances that are gone.
    private(set) var logs: [(name: String, text: String)] = []

    private func keep(_ name: String, _ instance: ShoalProcess) {
        logs.append((name, instance.log))
    }

    /// Leaves the logs of a round that failed in a folder.
    func saveLogs(_ folder: URL) throws {
        for (name, instance) in instances { keep(name, instance) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (index, log) in logs.enumerated() {
            try Data(log.text.utf8).write(to: folder.appending(path: "\(index)-\(log.name).log"))
        }
        try own.save(folder.appending(path: "brokers.tar.gz"))
    }

    // MARK: - Draws

    func draw(_ range: Range<Int>) -> Int {
        range.lowerBound + Int(random.next() % UInt64(range.count))
    }

    func pick() -> String { Self.names[draw(0..<Self.names.count)] }

    func pause(_ milliseconds: Int) async throws {
        try await Task.sleep(for: .milliseconds(milliseconds))
    }

    /// Waits for something; without it, the fault strikes all the same.
    func wait(upTo milliseconds: Int, until isSo: () -> Bool) async throws {
        let end = ContinuousClock.now + .milliseconds(milliseconds)
        while !isSo(), ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(2)) }
    }
}

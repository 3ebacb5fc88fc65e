import Foundation
import ShoalClustering
import TestSupport

/// An application, its instances, its brokers, and the faults injected into them.
final class FaultWorld {
    let application: Application
    let own: OwnBroker
    let brokers: Int
    let load: Load
    let watch: ProgressWatch
    let probe: KafkaProbe
    /// The time in ms for which a frozen instance sleeps. It exceeds the session timeout and the transaction timeout.
    let sessionTime: Int
    let transactionTime: Int
    /// The checkpoint directory that all instances share, as on one host; `nil` for no checkpoints.
    let checkpoints: CheckpointPlace?
    var random: SplitMix64
    var instances: [String: ShoalProcess] = [:]
    /// Problems other than differences in the output.
    private(set) var findings: [String] = []

    /// The instances that run unless a fault changes this.
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

    /// Reports instances that have exited. Only faults may end an instance.
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

    /// Stops an instance. A failure to stop cleanly is a finding.
    func stop(_ name: String) async throws {
        guard let instance = instances.removeValue(forKey: name) else { return }
        do {
            let status = try await instance.stop()
            // Before it installs its signal handlers it has not started anything, and the signal kills it.
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

    /// The logs of instances that have ended.
    private(set) var logs: [(name: String, text: String)] = []

    private func keep(_ name: String, _ instance: ShoalProcess) {
        logs.append((name, instance.log))
    }

    /// Saves the logs of a failed round in a folder.
    func saveLogs(_ folder: URL) throws {
        for (name, instance) in instances { keep(name, instance) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (index, log) in logs.enumerated() {
            try Data(log.text.utf8).write(to: folder.appending(path: "\(index)-\(log.name).log"))
        }
        try own.save(folder.appending(path: "brokers.tar.gz"))
    }

    // MARK: - Random draws

    func draw(_ range: Range<Int>) -> Int {
        range.lowerBound + Int(random.next() % UInt64(range.count))
    }

    func pick() -> String { Self.names[draw(0..<Self.names.count)] }

    func pause(_ milliseconds: Int) async throws {
        try await Task.sleep(for: .milliseconds(milliseconds))
    }

    /// Waits for a condition. If it times out, the fault is injected anyway.
    func wait(upTo milliseconds: Int, until isSo: () -> Bool) async throws {
        let end = ContinuousClock.now + .milliseconds(milliseconds)
        while !isSo(), ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(2)) }
    }
}

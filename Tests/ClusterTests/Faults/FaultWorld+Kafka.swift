import Foundation
import ShoalKafka
import TestSupport

extension FaultWorld {
    /// Injects a fault of brokers, connections or other clients.
    /// - Returns: The details of the fault.
    func strikeKafka(_ fault: Fault) async throws -> String {
        let time = draw(1_000..<5_000)
        switch fault {
        case .hangingTransaction:
            let partition = Int32(draw(0..<Int(Load.partitions)))
            try hang(partition, for: time)
            return "on \(partition), for \(time) ms"
        case .restartBroker:
            try own.stopAll()
            try await pause(draw(0..<1_000))
            try own.restartAll()
            return ""
        case .killLeader:
            let partition = Int32(draw(0..<Int(Load.partitions)))
            return try await restart(probe.leader(of: application.input, partition))
        case .killGroupCoordinator:
            return try await restart(probe.coordinator(ofGroup: application.name))
        case .killTransactionCoordinator:
            return try await restart(probe.coordinator(ofTransactions: "\(application.name)-\(pick())"))
        case .allBrokersAway:
            let away = draw(2_000..<15_000)
            try own.stopAll()
            try await pause(away)
            try own.restartAll()
            return "for \(away) ms, and until they had started"
        case .cut:
            try await disturb(.cut, time / 2)
            return "for \(time / 2) ms"
        case .slow:
            let delay = draw(20..<200)
            try await disturb(.slow(delay), time)
            return "by \(delay) ms a piece, for \(time) ms"
        case .dead:
            try await disturb(.dead, time)
            return "for \(time) ms"
        default:
            return ""
        }
    }

    private func disturb(_ mode: Proxy.Mode, _ time: Int) async throws {
        try own.proxy?.set(mode)
        try await pause(time)
        try own.proxy?.set(.open)
    }

    private func restart(_ found: Int?) async throws -> String {
        let number = found ?? draw(1..<brokers + 1)
        try own.kill(number)
        try await pause(draw(0..<8_000))
        try own.restart(number)
        return "broker \(number)"
    }

    /// Simulates a producer that dies during a transaction. Consumers cannot read past it until the broker aborts it.
    private func hang(_ partition: Int32, for time: Int) throws {
        let producer = try Producer(
            application.broker.configuration(), transactionalID: uniqueName("hanging"),
            transactionTimeout: .milliseconds(time))
        try producer.initTransactions(timeout: .seconds(20))
        try producer.begin()
        try producer.produce(to: application.input, partition: partition, key: "nobody", value: "never committed")
        try producer.flush(timeout: .seconds(10))
    }

    /// Appends control records to the end of each input partition.
    func endInControlRecords() throws {
        let producer = try Producer(
            application.broker.configuration(), transactionalID: uniqueName("last"), transactionTimeout: .seconds(30))
        try producer.initTransactions(timeout: .seconds(30))
        try producer.begin()
        for partition in 0..<Load.partitions {
            try producer.produce(to: application.input, partition: partition, key: "nobody", value: "never committed")
        }
        try producer.flush(timeout: .seconds(20))
        try producer.abort(timeout: .seconds(20))
    }
}

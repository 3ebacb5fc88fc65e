import Foundation
import TestSupport
import Testing

@Suite("Signals during the start", .serialized)
struct SignalTests {
    /// Starts a command that cannot reach a broker, and returns as soon as it catches signals, which is its first
    /// action.
    private func begin(_ words: [String]) async throws -> ShoalProcess {
        let nobody = "kafka.bootstrap.servers=127.0.0.1:\(try freePort())"
        let process = try ShoalProcess(
            words + ["--set", nobody, "--set", "log.format=text"],
            environment: ["SHOAL_PRIVACY_KEY": TestKey.digits])
        let end = ContinuousClock.now + patience
        while !catchesSignals(whoHas: nobody) {
            guard ContinuousClock.now < end, process.isRunning else {
                throw ProcessMisbehaved(description: "it does not catch signals: \(process.log)")
            }
            try await Task.sleep(for: .milliseconds(1))
        }
        return process
    }

    /// Returns whether the process with this word on its command line handles both signals.
    private func catchesSignals(whoHas word: String) -> Bool {
        func content(_ file: String) -> String {
            (try? String(contentsOfFile: "/proc/\(file)", encoding: .utf8)) ?? ""
        }
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        guard let id = all.first(where: { Int($0) != nil && content("\($0)/cmdline").contains(word) }),
            let row = content("\(id)/status").split(separator: "\n").first(where: { $0.hasPrefix("SigCgt:") }),
            let caught = row.split(separator: "\t").last.flatMap({ UInt64($0, radix: 16) })
        else { return false }
        return [SIGINT, SIGTERM].allSatisfy { caught >> UInt64($0 - 1) & 1 == 1 }
    }

    @Test(
        "a signal at any moment stops an instance with status 0",
        arguments: [0, 5, 10, 20, 40, 80, 160, 320])
    func run(_ milliseconds: Int) async throws {
        let process = try await begin(["run"])
        try await Task.sleep(for: .milliseconds(milliseconds))
        process.signal(milliseconds % 20 == 0 ? SIGTERM : SIGINT)
        let status = try await process.waitForEnd()
        #expect(status == 0, "\(process.log)")
    }

    @Test("an interrupted one-off command ends with 130", arguments: [SIGTERM, SIGINT])
    func short(_ number: Int32) async throws {
        let process = try await begin(["topics", "create"])
        process.signal(number)
        #expect(try await process.waitForEnd() == 130, "\(process.log)")
    }
}

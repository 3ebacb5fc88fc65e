import Foundation

/// A running `shoal` process that can be signalled and whose log can be read. It ends at the latest with the object,
/// and with the test process.
public final class ShoalProcess: Sendable {
    private let process = Process()
    private let leash: Supervised
    private let folder: TemporaryFolder
    private let output: URL

    /// - Parameter program: The program to run instead of the one under test, for example an older release.
    public init(_ words: [String], environment: [String: String] = [:], program: String? = nil) throws {
        folder = try TemporaryFolder()
        output = URL(fileURLWithPath: try folder.file("output", ""))
        let handle = try FileHandle(forWritingTo: output)
        process.executableURL = URL(fileURLWithPath: program ?? shoalProgram)
        process.arguments = words
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle
        try process.runUnmasked()
        leash = try Supervised(
            "", arguments: ["\(process.processIdentifier)"],
            cleanup: "[ \"$(cat /proc/$1/comm 2> /dev/null)\" = shoal ] && kill -s KILL $1")
    }

    deinit {
        if process.isRunning { signal(SIGKILL) }
        process.waitUntilExit()
        leash.stop()
    }

    public var isRunning: Bool { process.isRunning }

    /// The process's number.
    public var identifier: Int32 { process.processIdentifier }

    /// Standard output and standard error so far.
    public var log: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }

    public func signal(_ number: Int32) {
        _ = Foundation.kill(process.processIdentifier, number)
    }

    /// Waits until the log contains the text. Fails if the process ends first, or on timeout.
    public func waitForLog(_ text: String, within time: Duration = patience) async throws {
        try await wait(within: time) { self.log.contains(text) || !self.isRunning }
        guard log.contains(text) else {
            throw ProcessMisbehaved(description: "\"\(text)\" is not in the log, and the process has ended:\n\(log)")
        }
    }

    /// Waits until the process has ended.
    /// - Returns: The exit status, or minus the number of the signal that ended it.
    public func waitForEnd(within time: Duration = patience) async throws -> Int32 {
        try await wait(within: time) { !self.isRunning }
        return process.terminationReason == .uncaughtSignal ? -process.terminationStatus : process.terminationStatus
    }

    /// Asks the process to stop, and waits until it has ended.
    /// - Returns: The exit status.
    @discardableResult
    public func stop(within time: Duration = patience) async throws -> Int32 {
        signal(SIGTERM)
        return try await waitForEnd(within: time)
    }

    /// Kills the process, and waits until it has ended.
    public func kill() async throws {
        signal(SIGKILL)
        _ = try await waitForEnd()
    }

    private func wait(within time: Duration, until isOver: () -> Bool) async throws {
        let end = ContinuousClock.now + time
        while !isOver() {
            guard ContinuousClock.now < end else {
                throw ProcessMisbehaved(description: "nothing of it within \(time):\n\(log)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

public struct ProcessMisbehaved: Error, CustomStringConvertible {
    public var description: String

    public init(description: String) {
        self.description = description
    }
}

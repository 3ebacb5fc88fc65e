import Foundation

/// A running `shoal` process that can be signalled and whose log can be read. It ends at the latest with the object,
/// and with the test process.
public final class ShoalProcess: Sendable {
    private let process: ChildProcess
    private let leash: Supervised
    private let folder: TemporaryFolder
    private let output: URL

    /// - Parameter program: The program to run instead of the one under test, for example an older release.
    public init(_ words: [String], environment: [String: String] = [:], program: String? = nil) throws {
        folder = try TemporaryFolder()
        output = URL(fileURLWithPath: try folder.file("output", ""))
        let handle = try FileHandle(forWritingTo: output)
        process = try ChildProcess(
            program ?? shoalProgram, words, environment: environment, output: handle, error: handle)
        leash = try Supervised(
            "", arguments: ["\(process.identifier)"],
            cleanup: "[ \"$(cat /proc/$1/comm 2> /dev/null)\" = shoal ] && kill -s KILL $1")
    }

    deinit {
        signal(SIGKILL)
        process.waitUntilExit()
        leash.stop()
    }

    public var isRunning: Bool { process.isRunning }

    /// The process's number.
    public var identifier: Int32 { process.identifier }

    /// Standard output and standard error so far.
    public var log: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }

    public func signal(_ number: Int32) {
        process.signal(number)
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
        return process.waitUntilExit()
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

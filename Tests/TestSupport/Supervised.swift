public import Foundation

/// A process that cannot outlive the tests. A supervising shell ends it when our end of a pipe is closed, which also
/// happens when the test process is killed.
public final class Supervised: Sendable {
    private let process: Process
    private let leash: Pipe

    /// - Parameters:
    ///   - script: Shell commands that run first; `$@` are the arguments.
    ///   - cleanup: Shell commands that run when the process is released.
    public init(
        _ script: String, arguments: [String], cleanup: String, environment: [String: String] = [:],
        log: URL? = nil
    ) throws {
        process = Process()
        leash = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "\(script)\nread _\n\(cleanup)", "sh"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = leash
        if let log {
            _ = FileManager.default.createFile(atPath: log.path, contents: nil)
            let handle = try FileHandle(forWritingTo: log)
            process.standardOutput = handle
            process.standardError = handle
        } else {
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
        }
        try process.runUnmasked()
    }

    public var isRunning: Bool { process.isRunning }

    /// Releases the process, and waits until the cleanup has finished.
    public func stop() {
        try? leash.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}

/// Runs a command and waits until it has ended.
/// - Returns: The standard output.
/// - Throws: `CommandFailed` if the exit status is not 0.
@discardableResult
public func run(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:], input: String? = nil
) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [executable] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let output = FileManager.default.temporaryDirectory.appending(path: "shoal-\(UUID().uuidString).out")
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: output) }
    let handle = try FileHandle(forWritingTo: output)
    process.standardOutput = handle
    process.standardError = handle
    // A file instead of a pipe: a command that ends before it has read a pipe would end the tests with SIGPIPE.
    let file = output.appendingPathExtension("in")
    try Data((input ?? "").utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    process.standardInput = try FileHandle(forReadingFrom: file)
    try process.runUnmasked()
    process.waitUntilExit()
    let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
    guard process.terminationStatus == 0 else {
        throw CommandFailed(command: executable, status: process.terminationStatus, output: text)
    }
    return text
}

public struct CommandFailed: Error, CustomStringConvertible {
    public var command: String
    public var status: Int32
    public var output: String
    public var description: String { "\(command) ended with \(status): \(output)" }
}

extension Process {
    /// Runs the process with no signal blocked. A child inherits the signal mask of the starting thread, and Dispatch's
    /// threads block nearly all signals. A shell without SIGCHLD would wait forever for its child.
    func runUnmasked() throws {
        var none = sigset_t()
        var before = sigset_t()
        // Safe: both sets outlive the calls.
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        try run()
    }
}

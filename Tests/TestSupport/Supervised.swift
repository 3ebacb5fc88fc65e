public import Foundation

/// A process that cannot outlive the tests. A supervising shell ends it when our end of a pipe is closed, which also
/// happens when the test process is killed.
public final class Supervised: Sendable {
    private let process: ChildProcess
    private let leash: Pipe

    /// - Parameters:
    ///   - script: Shell commands that run first; `$@` are the arguments.
    ///   - cleanup: Shell commands that run when the process is released.
    public init(
        _ script: String, arguments: [String], cleanup: String, environment: [String: String] = [:],
        log: URL? = nil
    ) throws {
        leash = Pipe()
        let handle = try log.map { log in
            _ = FileManager.default.createFile(atPath: log.path, contents: nil)
            return try FileHandle(forWritingTo: log)
        }
        process = try ChildProcess(
            "/bin/sh", ["-c", "\(script)\nread _\n\(cleanup)", "sh"] + arguments, environment: environment,
            input: leash.fileHandleForReading, output: handle, error: handle)
    }

    public var isRunning: Bool { process.isRunning }

    /// Releases the process, and waits until the cleanup has finished.
    public func stop() {
        try? leash.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}

/// Runs a command and waits until it has ended.
/// - Returns: Standard output and standard error.
/// - Throws: `CommandFailed` if the exit status is not 0.
@discardableResult
public func run(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:], in folder: URL? = nil,
    input: String? = nil
) throws -> String {
    let output = FileManager.default.temporaryDirectory.appending(path: "shoal-\(UUID().uuidString).out")
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: output) }
    let handle = try FileHandle(forWritingTo: output)
    // A file instead of a pipe: a command that ends before it has read a pipe would end the tests with SIGPIPE.
    let file = output.appendingPathExtension("in")
    try Data((input ?? "").utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let status = try ChildProcess(
        executable, arguments, environment: environment, in: folder, input: FileHandle(forReadingFrom: file),
        output: handle, error: handle
    ).waitUntilExit()
    let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
    guard status == 0 else { throw CommandFailed(command: executable, status: status, output: text) }
    return text
}

public struct CommandFailed: Error, CustomStringConvertible {
    public var command: String
    public var status: Int32
    public var output: String
    public var description: String { "\(command) ended with \(status): \(output)" }
}

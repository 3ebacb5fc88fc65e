public import Foundation

/// The result of a `shoal` command.
public struct CommandResult: Sendable {
    public var status: Int32
    /// Standard output and standard error.
    public var output: String

    public var lines: [String] { output.split(separator: "\n").map(String.init) }
}

/// Runs the program that was built together with the tests.
public func shoal(_ words: [String], environment: [String: String] = [:]) throws -> CommandResult {
    try execute(shoalProgram, words, environment: environment)
}

/// Runs a shell command line in which `$shoal` is the program; 120 s at most.
public func shell(_ line: String, environment: [String: String] = [:]) throws -> CommandResult {
    try execute(
        "timeout", ["120", "/bin/sh", "-c", line], environment: environment.merging(["shoal": shoalProgram]) { $1 })
}

/// Runs the program, and returns its output together with its messages.
public func shoalAndMessages(_ words: [String]) throws -> CommandResult {
    try shell("$shoal \(words.map { "'\($0)'" }.joined(separator: " ")) 2>&1")
}

private func execute(
    _ program: String, _ words: [String], environment: [String: String]
) throws -> CommandResult {
    do {
        return CommandResult(status: 0, output: try run(program, words, environment: environment))
    } catch let error as CommandFailed {
        return CommandResult(status: error.status, output: error.output)
    }
}

var shoalProgram: String {
    let tests = URL(fileURLWithPath: CommandLine.arguments[0])
    let beside = tests.deletingLastPathComponent().appending(path: "shoal").path
    return FileManager.default.isExecutableFile(atPath: beside)
        ? beside : TestBroker.root.appending(path: ".build/debug/shoal").path
}

/// A temporary folder for one test, deleted with the object.
public final class TemporaryFolder: Sendable {
    public let url = FileManager.default.temporaryDirectory.appending(path: "shoal-\(UUID().uuidString)")

    public init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    public func file(_ name: String, _ content: String) throws -> String {
        try file(name, Data(content.utf8))
    }

    public func file(_ name: String, _ content: Data) throws -> String {
        let file = url.appending(path: name)
        try content.write(to: file)
        return file.path
    }
}

/// Returns a name that is unique among all tests.
public func uniqueName(_ prefix: String) -> String { "\(prefix)-\(UUID().uuidString.prefix(8).lowercased())" }

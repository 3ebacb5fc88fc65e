import ShoalOperations
import ShoalSchemas

/// The standard output of a command. After a failed write, the command ends with `ExitCode.output`. A pipe that its
/// reader has closed does not count as a failure.
package enum Output {
    /// Writes text and a newline. Terminal control characters are shown as escapes.
    /// - Returns: False if nothing more can be written.
    @discardableResult
    package static func line(_ text: String) -> Bool {
        StandardStream.output.write(text.printableLines + "\n")
    }

    /// Writes JSON and a newline. Terminal control characters are written as JSON escapes.
    /// - Returns: False if nothing more can be written.
    @discardableResult
    package static func json(_ text: String) -> Bool {
        StandardStream.output.write(text.printableJSON + "\n")
    }

    /// Writes all buffered output, and reports a failure.
    /// - Returns: The exit status: `code`, or 74 (`output`) if `code` claims a complete result and writing failed.
    static func finish(_ code: ExitCode) -> ExitCode {
        StandardStream.output.finish()
        guard let reason = StandardStream.output.failure else { return code }
        Program.report("Cannot write standard output: \(reason). The output is incomplete.")
        return [.ok, .unfit, .different].contains(code) ? .output : code
    }
}

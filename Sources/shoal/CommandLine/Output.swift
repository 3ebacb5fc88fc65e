import Operations
import Schemas

/// Standard output of a command. A write that fails is remembered: the command then ends with `ExitCode.output`. The end of a
/// pipe whose reader has gone away is no failure.
enum Output {
    /// Writes text and the end of its line. Characters that act on a terminal are shown as escapes.
    /// - Returns: false if nothing more can be written.
    @discardableResult
    static func line(_ text: String) -> Bool {
        StandardStream.output.write(text.printableLines + "\n")
    }

    /// Writes JSON and the end of its line. Characters that act on a terminal are escaped as JSON allows it.
    /// - Returns: false if nothing more can be written.
    @discardableResult
    static func json(_ text: String) -> Bool {
        StandardStream.output.write(text.printableJSON + "\n")
    }

    /// Writes everything that waits, and reports a failure.
    /// - Returns: the status to end with: 74 in place of one that says that the result was given.
    static func finish(_ code: ExitCode) -> ExitCode {
        StandardStream.output.finish()
        guard let reason = StandardStream.output.failure else { return code }
        Shoal.report("Cannot write standard output: \(reason). The output is incomplete.")
        return [.ok, .unfit, .different].contains(code) ? .output : code
    }
}

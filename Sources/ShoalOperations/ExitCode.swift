/// The exit statuses of commands.
public enum ExitCode: Int32, CaseIterable, Sendable {
    case ok = 0
    case failed = 1
    case unfit = 2
    case usage = 64
    case different = 65
    case noInput = 66
    case incomparable = 67
    case unavailable = 69
    case contradiction = 70
    case address = 71
    case missingData = 72
    case output = 74
    case notAuthorized = 77
    case configuration = 78
    case duplicateInstance = 80
    case interrupted = 130

    /// A description for help texts.
    public var meaning: String {
        switch self {
        case .ok: "success"
        case .failed: "another error"
        case .unfit: "--check found problems, or topics differ from the options; one line for each"
        case .usage: "invalid command line"
        case .different: "two results differ, or a topic or file has unreadable records; the output lists them"
        case .noInput: "a file or a range of a topic does not exist or cannot be read"
        case .incomparable: "the results cannot be compared, or expected clusters are missing; the message says why"
        case .unavailable: "no broker could be reached in time"
        case .contradiction: "records contradict each other; do not restart before you know why"
        case .address: "cannot listen on http.listen: in use, or not an address of this machine"
        case .missingData: "required data is missing (records, offsets, topics); do not restart before you know why"
        case .output: "standard output or a file cannot be written; a closed pipe is not an error"
        case .notAuthorized: "a right is missing, or the brokers refuse user and password; the message names it"
        case .configuration: "invalid configuration; the message lists every mistake"
        case .duplicateInstance: "another process uses this instance id; do not restart automatically"
        case .interrupted: "ended at once by a signal; for commands that drain at the first signal, by the second one"
        }
    }
}

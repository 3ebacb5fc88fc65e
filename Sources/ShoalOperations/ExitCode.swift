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
        case .ok: "done"
        case .failed: "something else went wrong"
        case .unfit: "--check found problems, or topics differ from the options; each line names one"
        case .usage: "the command line is wrong"
        case .different: "two results differ, or a topic holds records that cannot be read; each is named"
        case .noInput: "a file, or a range of a topic, is not there or cannot be read"
        case .incomparable: "it cannot be compared; the message says why"
        case .unavailable: "no broker could be reached in time"
        case .contradiction: "what was read contradicts what was read before; do not restart blindly"
        case .address: "http.listen cannot be listened on: in use, or no address of this machine"
        case .missingData: "something needed is gone (records, offsets, topics); do not restart blindly"
        case .output: "standard output or a file could not be written; a closed pipe is no error"
        case .notAuthorized: "a right is missing, or user and password are refused; the message names it"
        case .configuration: "the configuration is wrong; every mistake is listed"
        case .duplicateInstance: "another process uses this instance's id; do not restart by itself"
        case .interrupted: "ended at once by a signal: by the second one, where the first means to drain"
        }
    }
}

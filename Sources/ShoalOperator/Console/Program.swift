import Foundation
package import ShoalOperations
import ShoalSchemas

/// The running program: its version, its messages and its end.
package enum Program {
    package static let version = "0.1.0"

    /// The version of the compiler that built the program.
    static let swiftVersion: String = {
        #if compiler(>=6.4)
            "6.4 or newer"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }()

    /// Ends the process.
    ///
    /// Exit handlers do not run: OpenSSL's would free memory that librdkafka's threads may still use.
    package static func end(_ code: ExitCode) -> Never {
        Screen.close()
        let code = Output.finish(code)
        fflush(nil)
        _exit(code.rawValue)
    }

    /// Writes a message to standard error. Characters that act on a terminal are shown as escapes: messages quote
    /// topics, brokers and files.
    package static func report(_ text: String) {
        Logger.standardError(text.printableLines)
    }
}

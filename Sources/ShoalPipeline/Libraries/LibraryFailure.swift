import Foundation

/// Ends the process when a C library fails in a way that leaves no correct result, as zlib without memory or OpenSSL without a
/// provider. To go on would write records that cannot be read, or one pseudonym for all viewers.
enum LibraryFailure {
    /// The exit status: nothing was written, and the next start finds the last committed state.
    private static let status: Int32 = 70

    /// Writes the message to standard error and ends the process. No destructor runs: the library may be damaged.
    static func end(_ message: String) -> Never {
        FileHandle.standardError.write(Data("shoal: \(message)\n".utf8))
        _exit(status)
    }
}

import Foundation

extension OutputFile {
    /// Returns why a file could not be written at the end of a long command; nil if no reason is known.
    package static func problem(_ path: String) -> String? {
        let kind = (try? FileManager.default.attributesOfItem(atPath: path))?[.type] as? FileAttributeType
        if kind == .typeDirectory { return "\(path): is a directory" }
        // A device or a pipe is not replaced.
        if let kind, kind != .typeRegular, kind != .typeSymbolicLink { return nil }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        return FileManager.default.isWritableFile(atPath: folder)
            ? nil : "\(path): \(folder) is not a writable directory"
    }

    /// Writes a whole file. A regular file is replaced atomically once the new content is complete. A device or a pipe
    /// is written to directly.
    /// - Parameter mode: The permissions of a regular file; nil for those that the process gives to new files.
    package static func save(_ bytes: [UInt8], to path: String, mode: UInt32? = nil) throws(OutputError) {
        var status = stat()
        // Safe: the status outlives the call.
        let exists = unsafe stat(path, &status) == 0
        guard !exists || status.st_mode & S_IFMT == S_IFREG else {
            let file = try OutputFile(path)
            _ = try file.write(bytes)
            return try file.close()
        }
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let temporary = "\(target).\(getpid()).part"
        do throws(OutputError) {
            let file = try OutputFile(temporary)
            _ = try file.write(bytes)
            try file.close()
            // Safe: the path outlives the call.
            if let mode, unsafe chmod(temporary, mode) != 0 { throw OutputError(path, errno) }
            // Safe: both paths outlive the call.
            guard unsafe rename(temporary, target) == 0 else { throw OutputError(path, errno) }
        } catch {
            unsafe unlink(temporary)
            throw OutputError(path, error.number)
        }
    }
}

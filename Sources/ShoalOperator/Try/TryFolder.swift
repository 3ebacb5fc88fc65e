import Foundation

/// The directory for the files of a live application with the settings that `shoal try` chose.
package struct TryFolder: Sendable {
    private let path: String
    /// The paths of the two files.
    let settings: String
    let topics: String

    package init(_ path: String) {
        self.path = path
        let folder = URL(fileURLWithPath: path).standardizedFileURL.path
        (settings, topics) = (folder + "/shoal.properties", folder + "/topics.txt")
    }

    /// Why the files cannot be written: no such directory, or one of them exists already; nil if they can be.
    package var problem: String? {
        let manager = FileManager.default
        guard manager.isWritableFile(atPath: path) else { return "\(path): is not a writable directory" }
        return [settings, topics].first { manager.fileExists(atPath: $0) }
            .map { "\(path): \($0) exists; it is not replaced" }
    }
}

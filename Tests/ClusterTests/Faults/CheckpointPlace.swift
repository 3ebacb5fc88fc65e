import Foundation
import TestSupport

@testable import ShoalPipeline

/// The checkpoint directory of the instances. If possible, a small separate disk is mounted for it.
final class CheckpointPlace {
    let url: URL
    /// Whether the directory is a separate disk, which can be filled. Otherwise, a file replaces the directory to
    /// simulate a full disk.
    let isDisk: Bool
    private let folder: TemporaryFolder
    private let mount: Supervised
    private var filler: URL { url.appending(path: "filler") }
    private var aside: URL { folder.url.appending(path: "aside") }

    init() throws {
        folder = try TemporaryFolder()
        url = folder.url.appending(path: "checkpoints")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        mount = try Supervised("", arguments: [url.path], cleanup: "umount -l \"$1\" 2> /dev/null")
        isDisk = (try? run("mount", ["-t", "tmpfs", "-o", "size=16m,mode=700", "tmpfs", url.path])) != nil
    }

    deinit {
        mount.stop()
    }

    /// Makes all following writes fail.
    func fill() throws {
        guard isDisk else {
            try FileManager.default.moveItem(at: url, to: aside)
            return try Data().write(to: url)
        }
        try Data().write(to: filler)
        let handle = try FileHandle(forWritingTo: filler)
        defer { try? handle.close() }
        let page = Data(repeating: 0, count: 4_096)
        while (try? handle.write(contentsOf: page)) != nil {}
    }

    func free() throws {
        try FileManager.default.removeItem(at: isDisk ? filler : url)
        if !isDisk { try FileManager.default.moveItem(at: aside, to: url) }
    }

    /// The complete checkpoints, sorted by name.
    var files: [URL] {
        let all = (try? FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)) ?? []
        return all.filter { $0.pathExtension == "checkpoint" }.sorted { $0.path < $1.path }
    }

    /// Ways to damage a file.
    enum Harm: CaseIterable {
        case bit
        case cut
        case empty
        case text
    }

    func damage(_ file: URL, _ harm: Harm, at place: Double) throws {
        var bytes = try Data(contentsOf: file)
        let index = min(Int(Double(bytes.count) * place), bytes.count - 1)
        switch harm {
        case .bit: bytes[index] ^= 1
        case .cut: bytes = bytes.prefix(index)
        case .empty: bytes = Data()
        case .text: bytes = Data("no checkpoint at all".utf8)
        }
        try bytes.write(to: file)
    }

    /// Foreign origins of an intact file.
    enum Stranger: CaseIterable {
        case application
        case partition
        case key
        /// An application of the same name with other topics.
        case life
        /// A checkpoint beyond the end of the state topic.
        case future
    }

    func estrange(_ file: URL, _ application: Application, _ stranger: Stranger) async throws {
        let name = file.deletingPathExtension().lastPathComponent
        guard let partition = name.split(separator: "-").last.flatMap({ Int32($0) }),
            let key = PrivacyKey(hex: Application.keyDigits),
            var checkpoint = try await Checkpoint.read(
                file,
                expected: .init(application: application.name, partition: partition, keyFingerprint: key.fingerprint),
                by: application.sealer(of: application.state, partition: partition))
        else { return }
        switch stranger {
        case .application: checkpoint.head.application += "-other"
        case .partition: checkpoint.head.partition += 1
        case .key: checkpoint.head.keyFingerprint ^= 1
        case .life: checkpoint.head.modelHash = checkpoint.head.modelHash.map { ~$0 }
        case .future: checkpoint.head.offset += 1 << 40
        }
        try checkpoint.write(to: file)
    }
}

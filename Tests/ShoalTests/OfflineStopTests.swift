import Foundation
import TestSupport
import Testing

@testable import shoal

@Suite("Stopping offline commands")
struct OfflineStopTests {
    private func pipe(in folder: TemporaryFolder) throws -> String {
        let path = folder.url.appending(path: "pipe").path
        // Safe: the path lives through the call.
        let status = unsafe mkfifo(path, 0o600)
        try #require(status == 0)
        return path
    }

    @Test("the first signal ends a replay that is blocked in reading its file", arguments: [SIGINT, SIGTERM])
    func blocked(_ number: Int32) async throws {
        let folder = try TemporaryFolder()
        let path = try pipe(in: folder)
        // Both ends, so that the program opens it and then waits.
        let end = try #require(FileHandle(forUpdatingAtPath: path))
        defer { try? end.close() }
        let process = try ShoalProcess(["replay", path, "--set", "log.format=text"])
        let opened = ContinuousClock.now + patience
        while !process.hasOpen(path) {
            #expect(ContinuousClock.now < opened && process.isRunning, "\(process.log)")
            try await Task.sleep(for: .milliseconds(10))
        }
        process.signal(number)
        // The signal may also arrive before the first read, which is then left out.
        let status = try await process.waitForEnd()
        let isReported = status == 0 && process.log.contains("interrupted: only the part that was read")
        #expect(status == 130 || isReported, "\(status): \(process.log)")
    }

    @Test("a run without progress ends with 70 and says what it waits for")
    func stalled() async throws {
        let folder = try TemporaryFolder()
        let path = try pipe(in: folder)
        let end = try #require(FileHandle(forUpdatingAtPath: path))
        defer { try? end.close() }
        let process = try ShoalProcess(["replay", path, "--stall-timeout", "1s", "--set", "log.format=text"])
        #expect(try await process.waitForEnd() == 70, "\(process.log)")
        #expect(process.log.contains("makes no progress") && process.log.contains("\(path) is read"), "\(process.log)")
    }
}

extension ShoalProcess {
    /// Whether a file is open in it.
    fileprivate func hasOpen(_ path: String) -> Bool {
        let folder = "/proc/\(identifier)/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.contains {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")) == path
        }
    }
}

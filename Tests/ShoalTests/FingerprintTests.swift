import Foundation
import TestSupport
import Testing

/// The same events give the same output in every release with the same rules. If one of these tests fails, the change
/// under test reaches the result: it needs a new version of the rules (`LifecycleRules`) and new fingerprints, or it is wrong.
@Suite("The result stays the same from release to release")
struct FingerprintTests {
    /// The hash over the contents of all models, from the report of a replay.
    private func models(_ result: CommandResult) throws -> String {
        #expect(result.status == 0, "\(result.output)")
        let line = result.lines.first { $0.hasPrefix("{") } ?? ""
        let report = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        return try #require(report?["digest"] as? String, "\(result.output.prefix(2_000))")
    }

    @Test("changes of the demo")
    func demo() throws {
        let result = try shoal(["demo", "--seconds", "0", "--epochs", "60", "--viewers", "2000", "--seed", "1"])
        #expect(result.output.contains("ac5fbbc9f723a7f99e8ef23fb09617e9"), "\(result.output.suffix(2_000))")
    }

    @Test("models of a generated stream with births, splits, merges and drift")
    func drift() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "events.ndjson").path
        let made = try shoal(["simulate", file, "--preset", "drift", "--viewers", "2000", "--epochs", "96"])
        #expect(made.status == 0, "\(made.output)")
        #expect(
            try models(shoal(["replay", file, "--json"]))
                == "c8e44ebef903f91ccb0c8394fd9cb51402d9375de7d4d099e225de36991edeed")
    }

    @Test("models of real events", .enabled(if: sharedEvents != nil, "needs the folder `shared/data`"))
    func real() throws {
        let file = try #require(sharedEvents)
        #expect(
            try models(shoal(["replay", file, "--json"]))
                == "2200bba0433d65158356762bd0c857bad33307f37eb03604327b7f7b2c779c4b")
    }
}

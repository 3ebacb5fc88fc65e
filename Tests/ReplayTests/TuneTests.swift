import Foundation
import ShoalClustering
import ShoalGenerator
import ShoalPipeline
import ShoalSchemas
import TestSupport
import Testing

@testable import ShoalReplay

@Suite("Tuning")
struct TuneTests {
    private func score(_ gain: Int64, moves: Int64 = 0) throws -> TuneScore {
        let json = """
            {"gain":\(gain),"predicted":330000,"popular":100000,"movesPerDay":\(moves),"published":900000,"members":4000,
            "clusters":9,"suppressed":0}
            """
        return try JSONDecoder().decode(TuneScore.self, from: Data(json.utf8))
    }

    @Test("one setting is tried after the other, each with the best of those before")
    func search() throws {
        var tuner = Tuner(
            [.init("a", ["1", "2", "3"]), .init("b", ["x"]), .init("c", ["y", "z"])], given: ["a": "2", "c": "z"])
        #expect(tuner.total == 5)
        var tried: [String] = []
        // As given, a=1, a=3, b=x, c=y.
        for points in [300_000, 302_000, 310_000, 309_000, 315_000] as [Int64] {
            let found = tuner.next()
            let next = try #require(found)
            tried.append(
                next.settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "))
            tuner.take(try score(points))
        }
        let isOver = tuner.next() == nil
        #expect(isOver)
        #expect(tried == ["", "a=1", "a=3", "a=3 b=x", "a=3 c=y"])
        #expect(tuner.attempts.map(\.isBest) == [true, false, true, false, true], "a=1 is within chance")
        #expect(tuner.best == ["a": "3", "c": "y"])
    }

    @Test("settings that leave few members in clusters are not chosen")
    func members() throws {
        var tuner = Tuner([.init("members.min-events", ["50"])], given: [:])
        tuner.take(try score(300_000))
        var few = try score(400_000)
        few.members = 3_500
        tuner.take(few)
        #expect(tuner.best.isEmpty)
    }

    @Test("moves cost points")
    func points() throws {
        #expect(try score(400_000, moves: 200_000).points == 360_000)
        #expect(try score(-400, moves: 200_000).points == -400 && score(0, moves: 500_000).points == 0)
    }

    /// A file of events of generated viewers over some days.
    private func file(_ folder: TemporaryFolder, seed: UInt64 = 5) throws -> String {
        let shape = StreamShape.base.with {
            $0.viewers = 900
            $0.archetypes = 6
            $0.topics = 60
            $0.epochs = 96
            $0.eventsPerEpoch = 0.5
        }
        var stream = try WatchStream(shape, seed: seed)
        let encoder = EventEncoder(stream.catalogue, .json)
        var bytes: [UInt8] = []
        while let event = stream.next() {
            encoder.append(event, to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        return try folder.file("events.ndjson", String(decoding: bytes, as: UTF8.self))
    }

    private func options(_ log: TuneLog, _ key: String = "07") throws -> ReplayOptions {
        let key = try #require(PrivacyKey(hex: String(repeating: key, count: 16) + String(repeating: "3c", count: 16)))
        var options = ReplayOptions(settings: Settings(), key: key)
        options.settings.seedMembers = 200
        options.settings.minClusterSize = 20
        options.epochs = .given
        options.vocabulary = log.input.facts.vocabulary
        return options
    }

    @Test("clusters predict later watches better than popularity, and bad settings predict fewer and move more")
    func judge() async throws {
        let folder = try TemporaryFolder()
        let log = TuneLog(try TryInput(try file(folder), corrections: []))
        #expect(log.tried < log.events && log.judgedWatches > 3_000)
        let options = try options(log)
        let (good, places) = try await log.score(Replay(options))
        #expect(good.predicted > good.popular + 100_000 && good.gain > 300_000, "\(good)")
        #expect(good.published > 800_000 && good.clusters >= 4)
        var bad = options
        bad.settings.halfLife = 60_000
        let (worse, _) = try await log.score(Replay(bad))
        #expect(worse.popular == good.popular)
        #expect(worse.points * 105 < good.points * 100, "\(worse) \(good)")
        let other = try self.options(log, "b4")
        let (again, others) = try await log.score(Replay(other))
        #expect(abs(again.predicted - good.predicted) < 50_000)
        #expect(log.agreement((places, options.key), (others, other.key)) > 500_000)
        #expect(log.agreement((places, options.key), (places, options.key)) == 1_000_000)
    }

    @Test("another part of the log may judge, and moves may count after a time only")
    func parts() async throws {
        let folder = try TemporaryFolder()
        let input = try TryInput(try file(folder), corrections: [])
        let (whole, usual) = (TuneLog(input, tried: input.events * 3 / 4), TuneLog(input))
        let settled = TuneLog(input, tried: input.events * 3 / 4, settled: input.events / 2)
        #expect(whole.tried == input.events * 3 / 4 && whole.judgedWatches < usual.judgedWatches)
        let (all, _) = try await whole.score(Replay(try options(whole)))
        let (late, _) = try await settled.score(Replay(try options(settled)))
        #expect(late.movesPerDay > 0 && late.movesPerDay < all.movesPerDay, "viewers move most at first")
        #expect(late.gain == all.gain && late.members == all.members)
    }

    @Test("a report recommends with reasons, and says if nothing is better", arguments: [40, 100])
    func report(width: Int) async throws {
        let folder = try TemporaryFolder()
        let log = TuneLog(try TryInput(try file(folder), corrections: []))
        var tuner = Tuner([.init("profile.half-life", ["7d"]), .init("epoch.length", ["6h"])], given: [:])
        tuner.take(try score(300_000, moves: 250_000))
        tuner.take(try score(330_000, moves: 80_000))
        tuner.take(try score(310_000))
        let given = ["profile.half-life": "1d", "epoch.length": "1h"]
        let report = try #require(TuneReport(log, tuner, given: given, agreements: (400_000, 600_000)))
        #expect(report.properties == "profile.half-life=7d\n")
        let text = report.text(width: width)
        #expect(text.split(separator: "\n").allSatisfy { $0.columns <= width })
        let words = text.split { $0.isWhitespace }.joined(separator: " ")
        #expect(words.contains("profile.half-life=7d (instead of 1d)"), "\(text)")
        #expect(words.contains("0.3300 bits less surprising instead of 0.3000"))
        #expect(words.contains("an ARI of 0.600 instead of 0.400."))
        let html = report.html()
        #expect(html.hasPrefix("<!DOCTYPE html>") && html.contains("profile.half-life=7d (instead of 1d)"))
        #expect(try JSONDecoder().decode(TuneReport.self, from: Data(report.json().utf8)) == report)
        var idle = Tuner([.init("profile.half-life", ["7d"])], given: [:])
        for _ in 0..<2 { idle.take(try score(300_000)) }
        let kept = try #require(TuneReport(log, idle, given: given, agreements: (400_000, nil)))
        #expect(kept.text().contains("Keep the settings") && kept.properties.isEmpty)
    }
}

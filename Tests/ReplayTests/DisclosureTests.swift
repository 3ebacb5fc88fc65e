import Foundation
import ShoalPipeline
import TestSupport
import Testing

@testable import ShoalClustering
@testable import ShoalReplay

@Suite("Disclosure")
struct DisclosureTests: PublishingTests {
    /// Three groups of 200 viewers, each with topics of its own. All of the first group, and no other, watch `clinic`; every
    /// second viewer of each group watches `news`.
    private func file(_ folder: TemporaryFolder) throws -> String {
        var text = ""
        for step in 0..<72 {
            for viewer in 0..<600 where (viewer / 3 + step) % 3 == 0 {
                var topics = ["t\(viewer % 3)-\(step / 3 % 4)"]
                if viewer % 3 == 0, step < 9 { topics.append("clinic") }
                if viewer % 2 == 0 { topics.append("news") }
                let list = topics.map { "\"\($0)\"" }.joined(separator: ",")
                text += """
                    {"event_id":"\(step)-\(viewer)","user_id":"u\(viewer)","video_id":"v","topics":[\(list)],\
                    "watched_ms":9000,"duration_ms":9000,"event_time_ms":\(start + Int64(step) * hour + Int64(viewer))}

                    """
            }
        }
        return try folder.file("events.ndjson", text)
    }

    private func settings(least: Int64 = 50) -> Settings {
        var settings = Settings()
        settings.minClusterSize = least
        settings.policy = TopicPolicy(
            told: .allButSensitive, rules: [.init(category: "health", form: .exact, term: "Clinic")])
        settings.sensitiveTopics = [Array("news".utf8)]
        return settings
    }

    private func report(
        _ input: TryInput, _ settings: Settings, topics: [String] = [], partitions: Int = 4
    ) async throws -> DisclosureReport {
        let traits = try DisclosureTraits(input, of: [settings], topics: topics)
        var options = ReplayOptions(settings: settings, key: try key())
        options.epochs = .given
        options.partitions = partitions
        let collector = DisclosureCollector(traits, key: options.key, settings: settings, bounds: .init())
        var replay = Replay(options)
        replay.disclosure = collector
        let result = try await replay.run(input)
        return DisclosureReport(input, traits, .init(), [.init(with: "", result, collector)])
    }

    @Test("a cluster with only viewers of a trait has a share of 1, and a uniform trait has the prior everywhere")
    func planted() async throws {
        let folder = try TemporaryFolder()
        let input = try TryInput(try file(folder), corrections: [])
        let report = try await report(input, settings())
        let measures = report.runs[0].measures
        #expect(measures.traits.map(\.name) == ["health", "privacy.sensitive-topics"])
        let (health, news) = (measures.traits[0], measures.traits[1])
        #expect(health.viewers == 200 && health.prior == 333_333)
        #expect(health.highest?.share == 1_000_000 && health.highest?.lift == 3_000_000, "\(health)")
        #expect(health.highestAtEnd?.isNone == false && !health.holdsLift && !health.holdsDistance)
        #expect(news.viewers == 300 && news.prior == 500_000)
        // A cluster of an odd number of members cannot have exactly half of them.
        #expect((news.farthestAtEnd?.distance ?? .max) < 10_000 && news.holdsLift && news.holdsDistance, "\(news)")
        #expect((measures.sizes.smallest ?? 0) >= 50 && measures.sizes.holds, "\(measures.sizes)")
        #expect(report.missed.contains { $0.hasPrefix("health: lift: 3.00") }, "\(report.missed)")
    }

    @Test("the number of partitions makes no difference")
    func partitions() async throws {
        let folder = try TemporaryFolder()
        let input = try TryInput(try file(folder), corrections: [])
        var settings = settings()
        settings.fixed.rotation = 86_400_000
        let one = try await report(input, settings, topics: ["t1-0"], partitions: 1)
        let four = try await report(input, settings, topics: ["t1-0"], partitions: 4)
        #expect(try one.json() == four.json())
        #expect(one.runs[0].measures.sequences.contains { $0.at == "rotation" })
        #expect(try JSONDecoder().decode(DisclosureReport.self, from: Data(one.json().utf8)) == one)
    }

    @Test("of a trait of few viewers there are only verdicts, and small groups are not measured")
    func small() async throws {
        let folder = try TemporaryFolder()
        let input = try TryInput(try file(folder), corrections: [])
        let hidden = try await report(input, settings(least: 201)).runs[0].measures
        #expect(hidden.traits[0].viewers == nil && hidden.traits[0].highest == nil && hidden.traits[0].prior == nil)
        #expect(hidden.traits[1].viewers == 300)
        var places = DisclosureCollector.Places(traits: 1)
        for member in 0..<1_000 {
            // 9 of 9 in the first cluster, and 91 of 991 in the second one.
            places.add(member < 100 ? 1 : 0, in: member < 9 ? 1 : 2, isSuppressed: false)
        }
        let traits = try DisclosureTraits(input, of: [], topics: ["clinic"])
        var tally = DisclosureTally(traits, settings(), .init())
        tally.add(places, epoch: 1)
        let small = tally.measures(assigned: 1_000, smallest: 49)
        #expect(small.traits[0].highest?.share == 91_826, "91 of 991, and not 9 of 9")
        #expect(small.sizes.smallest == nil && !small.sizes.holds && small.sizes.seenUnderLeast == 9_000)
    }

    @Test("figures are the worst values, leave out those of few viewers, and hold if no bound is missed")
    func figures() async throws {
        let folder = try TemporaryFolder()
        let input = try TryInput(try file(folder), corrections: [])
        func values(_ report: DisclosureReport) -> [String: Double?] {
            Dictionary(uniqueKeysWithValues: report.figures.map { ($0.name, $0.value) })
        }
        let report = try await report(input, settings())
        #expect(report.figures.allSatisfy(\.holds) == report.missed.isEmpty && !report.missed.isEmpty)
        #expect(report.figures.first { $0.name == "lift" } == .init(name: "lift", value: 3, bound: 2, holds: false))
        let traits = report.runs[0].measures.traits
        #expect(values(report)["distance"] == Double(traits[0].farthest?.distance ?? 0) / 1e6)
        #expect(report.toldViewers == 600)
        // The trait of the first group is one of too few viewers, and its cluster, too.
        let hidden = try await self.report(input, settings(least: 201))
        let lift = try #require(hidden.figures.first { $0.name == "lift" })
        #expect(lift.value == Double(hidden.runs[0].measures.traits[1].highest?.lift ?? 0) / 1e6, "\(lift)")
        #expect((lift.value ?? 9) < 2 && lift.holds == hidden.runs[0].measures.traits.allSatisfy(\.holdsLift))
        var few = report
        few.runs[0].measures.sizes = .init(smallest: nil, least: 601, holds: false)
        few.runs[0].measures.sequences = []
        few.runs[0].measures.traits = []
        #expect(few.toldViewers == nil)
        #expect(few.figures.map(\.name) == ["smallest-cluster", "records", "days"], "no others were measured")
        #expect(few.figures[0] == .init(name: "smallest-cluster", value: nil, bound: 601, holds: false))
        let names = Set(report.figures.map(\.name)).subtracting(["smallest-cluster"])
        #expect(names == Set(DisclosureBounds.names), "each bound has a figure")
    }

    @Test("traits need as many watches, and as large a share, as is wanted; repeated events are one watch")
    func watches() throws {
        let folder = try TemporaryFolder()
        var text = ""
        for (index, event) in ["a:x", "a:x", "a:y", "a:y", "b:x", "b:y", "b:y", "b:y", "b:y", "c:x"].enumerated() {
            let (viewer, topic) = (event.prefix(1), event.suffix(1))
            // The first two are the same event.
            text += """
                {"event_id":"\(max(index, 1))","user_id":"\(viewer)","video_id":"v","topics":["\(topic)"],"watched_ms":9,\
                "duration_ms":9,"event_time_ms":\(start + Int64(index))}

                """
        }
        let input = try TryInput(try folder.file("few.ndjson", text), corrections: [])
        func count(_ watches: Int, _ percent: Int = 0) throws -> [Int64] {
            try DisclosureTraits(
                input, of: [], topics: ["x", "y"], least: .init(watches: watches, percent: percent)
            ).counts
        }
        #expect(try count(1) == [3, 2] && count(2) == [0, 2])
        #expect(try count(1, 30) == [2, 2], "x is 1 of 3 watches of a, and 1 of 5 of b")
        #expect(throws: ReplayError.self) { try DisclosureTraits(input, of: [], topics: ["z"]) }
        let many = (0...DisclosureTraits.most).map { _ in "x" }
        #expect(throws: ReplayError.self) { try DisclosureTraits(input, of: [], topics: many) }
    }

    private func sequences(
        rotation: Int64? = nil, _ partitions: [[MemberChange]]
    ) throws -> [DisclosureMeasures.Sequences] {
        let folder = try TemporaryFolder()
        let traits = try DisclosureTraits(TryInput(try file(folder), corrections: []), of: [], topics: [])
        var settings = settings(least: 1)
        settings.fixed.rotation = rotation
        return try measures(traits, settings, partitions).sequences
    }

    @Test("sequences are unique by their clusters, and by the epochs of changes, over all partitions")
    func uniqueness() throws {
        let day = 24 * hour
        let first: [MemberChange] = [
            change(1, 0, 5, start + hour), change(2, 0, 5, start + hour), change(3, 0, 6, start + 2 * hour),
            change(1, 5, 6, start + day), change(3, 6, 5, start + 2 * day),
        ]
        let second: [MemberChange] = [change(4, 0, 5, start + 2 * hour), change(4, 5, 6, start + day + hour)]
        let rows = try sequences([first, second])
        #expect(rows.map(\.title) == ["day 1", "day 3", "at the end"])
        // Before the second day: 5, 5, 6 and 5.
        #expect(rows[0].members == 4 && rows[0].unique == 250_000 && rows[0].medianSet == 3)
        #expect(rows[0].timedUnique == 500_000 && rows[0].fewerThanTen == 1_000_000)
        // 5 6, 5, 6 5 and 5 6, of which the two have other epochs.
        #expect(rows[1].unique == 500_000 && rows[1].timedUnique == 1_000_000 && rows[1].changes == 175)
        #expect(rows[2].unique == rows[1].unique)
    }

    @Test("a rotation ends all sequences")
    func rotation() throws {
        let day = 24 * hour
        let period = start / day
        let changes: [MemberChange] = [
            change(1, 0, 5, start + hour, period: period), change(2, 0, 6, start + hour, period: period),
            change(1, 0, 5, start + day, .rotated, period: period + 1),
            change(2, 0, 5, start + day, .rotated, period: period + 1),
            change(1, 5, 0, start + day, .rotated, period: period),
            change(2, 6, 0, start + day, .rotated, period: period),
        ]
        let rows = try sequences(rotation: day, [changes])
        #expect(rows.map(\.title) == ["day 1", "day 3", "at the end", "the worst rotation"])
        #expect(rows.map(\.unique) == [1_000_000, 0, 0, 1_000_000])
    }

    @Test("forging one viewer takes all others of a published cluster that lasts")
    func forging() throws {
        let folder = try TemporaryFolder()
        let traits = try DisclosureTraits(TryInput(try file(folder), corrections: []), of: [], topics: [])
        let tally = DisclosureTally(traits, settings(least: 100), .init())
        let small = tally.measures(assigned: 10_000, smallest: nil).forging
        #expect(small.viewers == 99 && small.records == 495)
        #expect(small.milliseconds == (7 * 24 + 2) * hour && !small.holds)
        func forging(_ change: (inout Settings) -> Void) -> DisclosureMeasures.Forging {
            var settings = settings(least: 100)
            change(&settings)
            return DisclosureTally(traits, settings, .init()).measures(assigned: 10_000, smallest: nil).forging
        }
        let young = forging { $0.memberAge = 0 }
        #expect(young.records == 495 && young.milliseconds == 2 * hour && !young.holds)
        let watching = forging { $0.memberWatches = 102 }
        #expect(watching.records == 10_098 && watching.holds)
        #expect(tally.measures(assigned: 100_000, smallest: nil).forging.viewers == 199, "clusters.min-share")
    }

    @Test("bounds are read as shares and as percentages")
    func bounds() {
        var bounds = DisclosureBounds()
        let areSet = [bounds.set("lift", "1.5"), bounds.set("unique", "2%"), bounds.set("records", "0")]
        #expect(areSet == [true, true, true])
        #expect(bounds.lift == 1_500_000 && bounds.unique == 20_000 && bounds.records == 0)
        for (name, value) in [("lift", "x"), ("lift", "-1"), ("unique", "%"), ("days", "1.5"), ("other", "1")] {
            let isSet = bounds.set(name, value)
            #expect(!isSet, "\(name)=\(value)")
        }
    }

    @Test("if sequences are rare, the report says what to compare")
    func advice() async throws {
        let folder = try TemporaryFolder()
        let input = try TryInput(try file(folder), corrections: [])
        var settings = settings()
        for (every, word) in [(.epoch, "output.every=7d"), (.week, "clusters.max=16")]
            as [(Settings.OutputInterval, String)]
        {
            settings.fixed.outputEvery = every
            var report = try await report(input, settings)
            try #require(!report.runs[0].measures.sequences.isEmpty)
            report.runs[0].measures.sequences[0].unique = 0
            report.runs[0].measures.sequences[0].fewerThanTen = 0
            report.runs[0].measures.sequences = Array(report.runs[0].measures.sequences.prefix(1))
            #expect(report.sequenceAdvice == nil)
            report.runs[0].measures.sequences[0].unique = 60_000
            #expect(report.sequenceAdvice?.contains(word) == true)
            #expect(report.text(width: 200).contains(word) && report.html().contains(word))
        }
    }

    @Test("text and page show verdicts, and what is no number of viewers", arguments: [40, 120])
    func texts(width: Int) async throws {
        let folder = try TemporaryFolder()
        let input = try TryInput(try file(folder), corrections: [])
        var report = try await report(input, settings())
        report.runs.append(report.runs[0])
        report.runs[1].with = "clusters.max=5"
        let text = report.text(width: width)
        #expect(text.split(separator: "\n").allSatisfy { $0.columns <= width })
        if width > 100 {
            #expect(text.contains("clusters.max=5"), "\(text)")
            #expect(text.contains("3.00 missed"))
        }
        let page = report.html()
        #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("<strong>3.00 missed</strong>"))
        #expect(page.contains("Date and signature") && !page.contains("<details>"))
    }
}

import Foundation
import ShoalClustering
import ShoalGenerator
import TestSupport
import Testing

@testable import ShoalPipeline
@testable import ShoalReplay

@Suite("Live reports")
struct LiveReportTests {
    /// Models of a stream in which clusters are born, split, merged and retired.
    private func models(changing change: (Int, inout Settings) -> Void = { _, _ in }) throws -> [ModelRecord] {
        var shape = StreamShape()
        (shape.topics, shape.archetypes, shape.coreTopics, shape.poolSize) = (60, 5, 5, 10)
        (shape.viewers, shape.epochs, shape.eventsPerEpoch, shape.videos) = (500, 44, 1.5, 500)
        shape.script = DriftScript([
            .init(12, .birth(share: 0.2)), .init(18, .split(0)), .init(24, .converge(1, 2, epochs: 4)),
            .init(26, .silence(3)),
        ])
        var settings = Settings()
        settings.fixed.epochLength = shape.epochLength
        (settings.seedMembers, settings.clustersInitial, settings.minClusterSize) = (150, 4, 10)
        (settings.halfLife, settings.memberTTL) = (6 * shape.epochLength, 8 * shape.epochLength)
        var events = try EngineEvents(shape, seed: 3)
        var engine = GivenEpochs(settings: settings, topics: events.names, partitions: 1, first: events.first) { _ in
            UnkeyedTopics()
        }
        var records: [ModelRecord] = []
        while let epoch = events.next() {
            for (_, event) in epoch { engine.handle(event, partition: 0) }
            let closed = try engine.close()
            let bookkeeping = Bookkeeping(
                from: closed.epoch, through: closed.epoch, start: 0, partitions: [PartitionState()], deltaOffset: 0,
                oldestOffset: 0)
            records.append(ModelRecord(bookkeeping: bookkeeping, keyFingerprint: 7, model: closed.model))
            change(records.count, &settings)
            engine.change(settings)
        }
        return records
    }

    @Test("what was told after a model is told again for its time")
    func then() throws {
        var live = LiveReport(name: "a")
        var told: [ReplayReport] = []
        for record in try models() {
            live.take(record)
            told.append(live.report)
        }
        let kinds = Set(live.report.lifecycle.map(\.kind))
        #expect(kinds.isSuperset(of: ["cluster_created", "cluster_drifted"]) && kinds.count >= 3, "\(kinds)")
        #expect(told.contains { $0.clusters.contains { $0.ended != nil } })
        for report in told {
            let version = try #require(report.rows.last?.version)
            #expect(live.report(through: version) == report)
        }
        #expect(live.report(through: told[0].rows[0].version - 1).rows.isEmpty)
        // Another instance reads the same models, and tells the same.
        var other = LiveReport(name: "a")
        for record in try models() { other.take(record) }
        #expect(other.report == live.report)
    }

    @Test("only the newest models are remembered, and tell the same of the time that is left")
    func forgotten() throws {
        var (live, bounded) = (LiveReport(name: "a"), LiveReport(name: "a", mostRows: 3))
        for record in try models() {
            live.take(record)
            bounded.take(record)
        }
        let (all, newest) = (live.report, bounded.report)
        #expect(newest.rows == all.rows.suffix(3) && newest.rows.count < all.rows.count)
        let first = newest.rows[0].version
        #expect(newest.lifecycle == all.lifecycle.filter { $0.version >= first })
        #expect(newest.clusters == all.clusters.filter { $0.ended.map { $0 >= first } ?? true })
        #expect(newest.clusters.count < all.clusters.count)
    }

    @Test("a topic that has become sensitive is told for no time, and a raised minimum size holds for all")
    func sensitive() throws {
        var plain = LiveReport(name: "a")
        for record in try models() { plain.take(record) }
        let topic = try #require(plain.report.clusters.first?.leadingTopics.first)
        var live = LiveReport(name: "a")
        for record in try models(changing: { count, settings in
            guard count == 40 else { return }
            (settings.sensitiveTopics, settings.minClusterSize) = ([Array(topic.utf8)], 25)
        }) { live.take(record) }
        for row in live.report.rows {
            let report = live.report(through: row.version)
            #expect(report.clusters.allSatisfy { !($0.leadingTopics + $0.branchTopics).contains(topic) })
            #expect(report.lifecycle.allSatisfy { !$0.leadingTopics.contains(topic) })
            let counts = report.rows.flatMap { $0.members + [$0.eligible, $0.unassigned] }
            #expect(
                (counts + report.lifecycle.map(\.members) + report.clusters.map(\.peak)).allSatisfy { $0 % 25 == 0 })
        }
        #expect(live.report.clusters.contains { !$0.leadingTopics.isEmpty })
    }

    @Test("flows tell what goes on, was split off and was merged")
    func flows() {
        var report = ReplayReport()
        func row(_ version: Epoch, _ clusters: [ClusterID]) {
            var row = ReplayReport.Row(version: version, time: version * 1_000)
            (row.clusters, row.members) = (clusters, clusters.map { Int64($0) * 10 })
            report.rows.append(row)
        }
        func change(_ kind: String, _ version: Epoch, _ cluster: ClusterID, _ other: ClusterID = 0) {
            report.lifecycle.append(
                .init(
                    kind: kind, version: version, time: version * 1_000, cluster: cluster, origin: nil, other: other,
                    members: 10, leadingTopics: []))
        }
        row(1, [1, 2, 3, 6])
        change("cluster_created", 1, 6)
        row(2, [1, 2, 4])
        change("cluster_retired", 2, 3)
        change("cluster_merged", 2, 6, 1)
        change("cluster_created", 2, 4, 1)
        row(3, [1, 4, 5, 7])
        change("cluster_merged", 3, 2, 4)
        change("cluster_created", 3, 5)
        change("cluster_created", 3, 7, 4)
        change("cluster_drifted", 3, 1)
        func told(_ from: Int, _ to: Int) -> [String] {
            ClusterFlows(report, from: report.rows[from], to: report.rows[to]).flows.map {
                "\($0.from) \($0.kind.rawValue) \($0.to)"
            }
        }
        #expect(told(0, 1) == ["1 continued 1", "1 split 4", "2 continued 2", "6 merged 1", "6 split 4"])
        #expect(
            told(1, 2) == [
                "1 continued 1", "2 merged 4", "2 split 7", "4 continued 4", "4 split 7",
            ])
        #expect(told(2, 2) == ["1 continued 1", "4 continued 4", "5 continued 5", "7 continued 7"])
        let all = ClusterFlows(report, from: report.rows[0], to: report.rows[2])
        #expect(!all.flows.contains { $0.to == 5 || $0.from == 3 })
        #expect(
            all.counts == [
                "cluster_retired": 1, "cluster_merged": 2, "cluster_split": 2, "cluster_created": 1,
                "cluster_drifted": 1,
            ])
        #expect(all.clusters.map(\.id) == [1, 2, 3, 4, 5, 6, 7])
        #expect(all.clusters.map(\.from) == [10, 20, 30, nil, nil, 60, nil])
        #expect(all.clusters.map(\.to) == [10, nil, nil, 40, 50, nil, 70])
    }

    // MARK: - Pages

    @Test("a page is well-formed at every moment, and its charts reach until now", arguments: [0, 1, 5, 20, 128])
    func pages(clusters: Int) throws {
        var live = LiveReport(name: "a <b>")
        for record in try models() { live.take(record) }
        let made = MadeReport(
            clusters: clusters, rows: 60, names: { MadeReport.hostile[$0 % MadeReport.hostile.count] })
        let report = clusters == 5 ? live.report : made.report
        for place in report.rows.indices where place % 7 == 0 || place == report.rows.count - 1 {
            let then = clusters == 5 ? live.report(through: report.rows[place].version) : report
            for topic in ["", "<i>\"&'", "t1"] {
                let page = Page(LivePage(report, then: then, since: report.rows[0], topic: topic).html())
                #expect(page.problem == nil && page.elements["img"] == nil && page.elements["i"] == nil)
                let ids = page.attributes.filter { $0.name == "id" }.map(\.value)
                #expect(Set(ids).count == ids.count)
                for link in page.attributes where link.name == "href" && link.value != "/" {
                    #expect(ids.contains(String(link.value.dropFirst())), "\(link.value) leads nowhere")
                }
                let sliders = page.attributes.filter { $0.element == "input" && $0.name == "max" }
                #expect(sliders.allSatisfy { $0.value == "\(report.rows.last?.time ?? 0)" })
                #expect(sliders.count == (report.clusters.isEmpty ? 0 : 2))
            }
        }
    }

    @Test("a page tells the moment, and what is looked for")
    func moment() throws {
        var live = LiveReport(name: "a")
        for record in try models() { live.take(record) }
        let report = live.report
        let row = report.rows[report.rows.count / 2]
        let then = live.report(through: row.version)
        let now = LivePage(report).html()
        let past = LivePage(report, then: then).html()
        #expect(!now.contains("href=\"/\">Back to now") && past.contains("href=\"/\">Back to now"))
        #expect(past.contains("model of \(ReportWords.time(row.time)) UTC"))
        for cluster in then.living { #expect(past.contains("id=\"cluster-\(cluster.id)\"")) }
        // Topics with numbers behind a blank, which tell them apart.
        let made = MadeReport().report
        let topic = try #require(made.living.first?.leadingTopics.first)
        let found = made.living.filter { $0.has(TopicSearch(topic)) }
        #expect(!found.isEmpty && found.count < made.living.count)
        let search = Page(LivePage(made, topic: topic).html())
        #expect(search.attributes.count { $0.value.hasPrefix("cluster-") } == found.count)
        #expect(search.elements["mark"] ?? 0 >= found.count)
        // A file has nothing to choose.
        let saved = Page(LivePage(report).html(isServed: false))
        #expect(saved.elements["input"] == nil && saved.elements["form"] == nil && saved.elements["script"] == nil)
    }

    @Test("topics are found by the beginnings of their words, in all spellings that look alike")
    func search() {
        for (text, name, isFound) in [
            ("che", "Chess", true), ("hess", "chess", false), ("chess", "сhеss", true),
            ("cats and", "dogs/cats-and-mice", true),
            ("cats mice", "cats and mice", false), ("猫", "犬と猫", true), ("", "chess", false), ("--", "--", false),
            ("f1", "football", false), ("f1", "F1 2024", true), ("f", "F1", true), ("top 40 2", "top 40", false),
            ("CAFÉ", "cafe\u{301}", true),
        ] {
            #expect(TopicSearch(text).finds(name) == isFound, "\(text) in \(name)")
        }
    }

    @Test("the page of many clusters and 4,000 models is below 100 kB with gzip", arguments: [64, 128])
    func size(clusters: Int) throws {
        // Sizes are rounded down as those of a live report.
        var report = MadeReport(clusters: clusters, rows: 4_000, passing: 100).report
        for place in report.rows.indices {
            report.rows[place].members = report.rows[place].members.map { $0 / 50 * 50 }
        }
        #expect(report.clusters.count > clusters + 100)
        let page = LivePage(report).html()
        let size = try run("sh", ["-c", "gzip -6 | wc -c"], input: page).trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(try #require(Int(size)) < 100_000, "\(size) bytes, \(page.utf8.count) without")
    }

    @Test("the map has each published cluster in the colour of its family, and leads to its card")
    func map() throws {
        let report = MadeReport().report
        let page = Page(LivePage(report).html())
        let links = page.attributes.filter { $0.element == "a" && $0.name == "href" }.map(\.value)
        // Two charts and the legend.
        for cluster in report.living { #expect(links.count { $0 == "#cluster-\(cluster.id)" } >= 3) }
        #expect(page.attributes.count { $0.element == "circle" && $0.name == "cx" } >= 2 * report.living.count)
        let child = try #require(report.living.first { $0.parent != 0 })
        let (family, palette) = (Family(report), Palette(report))
        var root = child
        while let parent = report.clusters.first(where: { $0.id == root.parent }) { root = parent }
        #expect(family.root(of: child.id) == root.id && root.id != child.id)
        let chart = MapChart(report, palette, family)
        #expect(chart.markup.text.contains("<circle class=\"\(palette.plainName(of: root.id))\""))
        #expect(chart.table.text.contains("<td>\(root.id)</td>"))
        // Those without the topic that is looked for lead nowhere.
        let pale = MapChart(report, palette, family, found: [child.id]).markup.text
        #expect(pale.contains("#cluster-\(child.id)\"") && pale.components(separatedBy: "href").count == 3)
        // The largest ones are drawn, and the others counted.
        let few = MapChart(report, palette, family, most: 4)
        #expect(few.lead.contains("\(report.living.count - 4) smaller clusters are not drawn"))
    }

    @Test("an outline has the same points as if each was written by itself")
    func outline() {
        var outline = Outline()
        for (x, y) in [(1.0, 2.0), (1.5, 2), (1.5, 2), (1.5, -0.25), (10, 20), (12.04, 19.5)] { outline.line(to: x, y) }
        outline.curve(13, 20, 13, 21, to: 15, 20)
        outline.close()
        #expect(outline.markup.text == "M1 2h.5v-2.3l8.5 20.3 2-.5c1 .5 1 1.5 3 .5Z")
        var halves = Outline(parts: 2)
        for index in 0..<1_000 { halves.line(to: Double(index) * 0.3, 7.3) }
        #expect(halves.markup.text.hasPrefix("M0 7.5h.5"))
    }
}

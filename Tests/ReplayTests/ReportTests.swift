import Foundation
import ShoalClustering
import TestSupport
import Testing

@testable import ShoalReplay

@Suite("Reports")
struct ReportTests {
    private static let hasSchemas = {
        (try? run(TestBroker.pythonFolder.appending(path: "python").path, ["-c", "import jsonschema"])) != nil
    }()

    private static let edges: [(String, MadeReport)] = [
        ("typical", MadeReport()),
        ("no cluster", MadeReport(clusters: 0, rows: 5, passing: 0)),
        ("one row", MadeReport(clusters: 0, rows: 1, passing: 0)),
        ("one cluster", MadeReport(clusters: 1, rows: 40, passing: 0)),
        ("as soon as there are clusters it ends", MadeReport(clusters: 5, rows: 3, passing: 0)),
        ("128 clusters", MadeReport(clusters: 128, rows: 200, passing: 60)),
        ("hostile names", MadeReport(names: { MadeReport.hostile[$0 % MadeReport.hostile.count] })),
    ]

    private static let reports = [("nothing at all", ReplayReport())] + edges.map { ($0.0, $0.1.report) }

    @Test("a page is well-formed, loads no resources and runs no scripts", arguments: reports.indices)
    func page(index: Int) throws {
        let (name, report) = Self.reports[index]
        let html = report.html()
        let page = Page(html)
        #expect(page.problem == nil, "\(name)")
        #expect(page.elements["script"] == nil && page.elements["img"] == nil && page.elements["iframe"] == nil)
        for attribute in page.attributes {
            #expect(!attribute.name.hasPrefix("on"), "\(name): \(attribute)")
            if attribute.name == "href" { #expect(attribute.value.hasPrefix("#"), "\(name): \(attribute)") }
            #expect(attribute.name != "src", "\(name): \(attribute)")
        }
        let policy = page.attributes.first { $0.element == "meta" && $0.value.contains("default-src") }
        #expect(policy?.value.hasPrefix("default-src 'none'; style-src 'unsafe-inline'") == true)
        #expect(!html.contains(/url\([^#]/) && !html.contains("@import") && !html.contains("http:"))
        let ids = page.attributes.filter { $0.name == "id" }.map(\.value)
        #expect(Set(ids).count == ids.count, "\(name): an id stands for one thing")
        for link in page.attributes where link.name == "href" {
            #expect(ids.contains(String(link.value.dropFirst())), "\(name): \(link.value) leads nowhere")
        }
        let images = page.attributes.filter { $0.element == "svg" && $0.name == "aria-label" }
        let hidden = page.attributes.count { $0.element == "svg" && $0.name == "aria-hidden" }
        #expect(images.count + hidden == page.elements["svg"] ?? 0, "\(name): an image has a text")
    }

    @Test("names appear unchanged in a page")
    func names() {
        let report = MadeReport(names: { MadeReport.hostile[$0 % MadeReport.hostile.count] }).report
        let page = Page(report.html())
        #expect(page.text.contains("<script>alert(1)</script>") && page.text.contains("\"onload=alert(1) x=\""))
        #expect(page.text.contains("&lt;b&gt;&#x3c;"), "what looks escaped is escaped again")
        #expect(page.text.contains("猫と犬の動画を見る人たち"))
        #expect(page.text.contains("\\u{202e}evil"), "nothing turns the direction of writing")
    }

    @Test("a page contains the numbers of the report")
    func numbers() throws {
        let report = MadeReport().report
        let page = Page(report.html())
        for cluster in report.living { #expect(page.text.contains(ReportWords.number(cluster.members))) }
        #expect(page.text.contains(ReportWords.number(report.input.events)))
        #expect(page.attributes.count { $0.value.hasPrefix("cluster-") } == report.living.count)
    }

    @Test("a page of 5,000 models, 128 clusters and 2,000 short-lived ones is below 2 MB")
    func size() throws {
        let report = MadeReport(clusters: 128, rows: 5_000, passing: 2_000).report
        #expect(report.clusters.count > 1_500)
        let html = report.html()
        #expect(html.utf8.count < 2_000_000, "\(html.utf8.count) bytes")
        #expect(Page(html).problem == nil)
    }

    @Test("the same report gives the same bytes")
    func bytes() throws {
        for (_, report) in Self.reports {
            #expect(report.html() == report.html())
            #expect(report.text() == report.text())
            #expect(try report.json() == report.json())
            #expect(try ReplayReport(json: report.json()) == report)
        }
    }

    @Test("lines of text are within the width and contain no control characters", arguments: [40, 80, 120, 160])
    func lines(width: Int) throws {
        for (name, report) in Self.reports {
            let text = report.text(width: width)
            for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                #expect(line.columns <= width, "\(name): \(line)")
                #expect(!line.unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) })
            }
        }
    }

    @Test("the text's table adds up to its heading")
    func sums() throws {
        let report = MadeReport(clusters: 9, rows: 60, passing: 4).report
        let lines = report.text(width: 120).split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex { $0.hasPrefix("Clusters ") })
        let rows = lines[(start + 2)...].prefix { $0.hasPrefix("  ") }
        let members = rows.compactMap { row in
            Int64(row.split(separator: " ")[1].replacing(",", with: ""))
        }
        #expect(members.count == report.living.count)
        let sum = try #require(report.rows.last).members.reduce(0, +)
        #expect(members.reduce(0, +) == sum)
        #expect(lines[start].contains("\(report.living.count) at the end with \(ReportWords.number(sum)) members"))
    }

    @Test("colours are control sequences only around titles")
    func colors() {
        let report = MadeReport().report
        let colored = report.text(width: 100, hasColor: true)
        #expect(colored.contains("\u{1B}[1m"))
        #expect(colored.replacing(/\u{1B}\[[0-9]+m/, with: "") == report.text(width: 100))
    }

    @Test("JSON conforms to the schema", .enabled(if: hasSchemas, "needs Python's jsonschema: make test-deps"))
    func schema() throws {
        let folder = try TemporaryFolder()
        let files = try Self.reports.enumerated().map { index, report in
            try folder.file("\(index).json", report.1.json())
        }
        let schema = TestBroker.root.appending(path: "schemas/replay_report.schema.json").path
        let script = TestBroker.root.appending(path: "Tests/ReplayTests/report_schema.py").path
        let python = TestBroker.pythonFolder.appending(path: "python").path
        #expect(try run(python, [script, schema] + files).contains("\(files.count) valid"))
        let (a, b) = (Self.reports[1].1, Self.reports[6].1)
        let diff = DiffReport(
            a: .init(name: "a", report: a), b: .init(name: "b", report: b), places: [(1, 1, 500), (1, 2, 50)],
            least: 100)
        let other = TestBroker.root.appending(path: "schemas/diff_report.schema.json").path
        #expect(try run(python, [script, other, folder.file("diff.json", diff.json())]).contains("1 valid"))
    }

    @Test("times and numbers are formatted consistently")
    func words() {
        #expect(ReportWords.time(0) == "1970-01-01 00:00")
        #expect(ReportWords.time(1_709_164_740_000) == "2024-02-28 23:59")
        #expect(ReportWords.time(1_709_251_140_000) == "2024-02-29 23:59")
        #expect(ReportWords.time(-1) == "1969-12-31 23:59")
        #expect(ReportWords.weekdayTime(1_709_164_740_000) == "Wed 28 Feb 23:59")
        #expect(ReportWords.weekdayTime(-1) == "Wed 31 Dec 23:59")
        #expect(ReportWords.number(-1_234_567) == "−1,234,567" && ReportWords.short(12_345) == "12.3 k")
        #expect(ReportWords.share(123_456) == "12.3 %" && ReportWords.decimal(-5_550, digits: 2) == "−0.01")
        #expect(ReportWords.list([3, 1, 2, 7, 9, 10]) == "1–3, 7, 9, 10")
        for month in [2, 12, 23_000, 24_001, 24_302] {
            let time = CivilTime(CivilTime.beginning(ofMonth: month))
            #expect(time.year * 12 + time.month - 1 == month && time.day == 1 && time.hour == 0)
        }
    }
}

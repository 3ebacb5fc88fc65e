import Foundation
import TestSupport
import Testing

@testable import ShoalOperations

@Suite("Metrics in text format")
struct MetricTests {
    private let plain = Metric(.gauge, "a", [], "What \\ it\nis.")
    private let labelled = Metric(.counter, "b_total", ["x", "y"], "B.")

    @Test("each metric has help, type and samples, and one without samples is left out")
    func samples() {
        var text = MetricText()
        text.add(plain, [Metric.Sample([], 7)])
        text.add(labelled, [Metric.Sample(["1", "q\"\\\n"], 0.5), Metric.Sample(["2", ""], -3)])
        text.add(labelled, [Metric.Sample]())
        #expect(
            text.text == """
                # HELP a What \\\\ it\\nis.
                # TYPE a gauge
                a 7
                # HELP b_total B.
                # TYPE b_total counter
                b_total{x="1",y="q\\"\\\\\\n"} 0.5
                b_total{x="2",y=""} -3

                """)
    }

    @Test("a histogram's buckets are cumulative and end with infinity")
    func histogram() {
        var text = MetricText()
        text.add(
            Metric(.histogram, "h", ["s"], "H."),
            [Metric.Distribution(["z"], bounds: [0.001, 2.5], counts: [3, 0, 1], sum: 9.25)])
        #expect(
            text.text == """
                # HELP h H.
                # TYPE h histogram
                h_bucket{s="z",le="0.001"} 3
                h_bucket{s="z",le="2.5"} 3
                h_bucket{s="z",le="+Inf"} 4
                h_sum{s="z"} 9.25
                h_count{s="z"} 4

                """)
    }

    @Test("numbers have Prometheus' format")
    func numbers() {
        let values: [Double] = [0, -1, 1e14, 1e21, 0.1, 1e-7, .nan, .infinity, -.infinity]
        #expect(
            values.map(MetricText.number)
                == ["0", "-1", "100000000000000", "1e+21", "0.1", "1e-07", "NaN", "+Inf", "-Inf"])
    }

    @Test("Markdown, text and JSON documentation contain every metric")
    func documentation() throws {
        let metrics = [plain, labelled] + ProcessMetrics.table.map(\.definition)
        let documentation = MetricDocumentation(metrics)
        let rows = documentation.markdown.split(separator: "\n")
        #expect(rows.contains("| `b_total` | counter | `x`, `y` | B. |") && rows.count { $0.hasPrefix("| `") } == 9)
        let text = documentation.text(width: 80)
        #expect(metrics.allSatisfy { text.contains($0.name) } && text.contains("b_total{x,y}\n    B.\n    counter"))
        #expect(try JSONDecoder().decode([Metric].self, from: Data(documentation.json.utf8)) == metrics)
    }

    @Test("process metrics are reported")
    func process() throws {
        var text = MetricText()
        text.add(ProcessMetrics.table, of: ProcessReading())
        let values = metricValues(text.text)
        for metric in ProcessMetrics.table.map(\.definition) { #expect(values[metric.name] != nil, "\(metric.name)") }
        let started = try #require(values["process_start_time_seconds"])
        let age = Date().timeIntervalSince1970 - started
        #expect(age > 0 && age < 3_600, "\(age)")
        #expect(try #require(values["process_resident_memory_bytes"]) > 1e6)
        #expect(try #require(values["process_cpu_seconds_total"]) >= 0)
    }

    @Test("the memory limit is the lowest of the control group and its ancestors, in both versions")
    func memoryLimit() {
        func limit(_ groups: String, _ files: [String: String]) -> Int64? {
            MemoryLimit.bytes(groups) { files[$0] }
        }
        let unit = "0::/system.slice/shoal@1.service\n"
        let slice = "/sys/fs/cgroup/system.slice"
        #expect(limit(unit, ["\(slice)/shoal@1.service/memory.max": "max\n"]) == nil)
        #expect(
            limit(unit, ["\(slice)/shoal@1.service/memory.max": "max\n", "\(slice)/memory.max": "1073741824\n"])
                == 1 << 30)
        #expect(limit("0::/\n", ["/sys/fs/cgroup/memory.max": "536870912\n"]) == 1 << 29)
        let first = "9:name=systemd:/\n4:cpu,memory:/docker/ab\n"
        let root = "/sys/fs/cgroup/memory/memory.limit_in_bytes"
        #expect(limit(first, [root: "9223372036854771712\n"]) == nil)
        #expect(limit(first, [root: "268435456\n"]) == 1 << 28)
        #expect(limit("", [:]) == nil && limit("nonsense\n", [:]) == nil)
    }
}

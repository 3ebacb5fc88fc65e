import Foundation
import ShoalOperations
package import ShoalReplay

/// The measures of a report as metrics in a file, for the textfile collector of node_exporter.
package struct DisclosureMetrics {
    private let report: DisclosureReport
    private let application: String
    /// When the report was made, in seconds since 1970.
    private let time: Double

    package init(_ report: DisclosureReport, application: String) {
        (self.report, self.application) = (report, application)
        time = Date().timeIntervalSince1970.rounded()
    }

    /// All metrics, in order of exposition. No label may hold a topic, a category or a viewer.
    static let table: [StateMetric<DisclosureMetrics>] = [
        .samples(
            .gauge, "shoal_disclosure_measure", ["application", "measure"],
            "Worst value of a measure of `shoal disclosure`: distance, lift, auc, unique and fewer-than-ten as shares "
                + "of 1, smallest-cluster in members, records, and days. Absent if it was not measured or is suppressed."
        ) { metrics in
            metrics.samples { $0.value }
        },
        .samples(
            .gauge, "shoal_disclosure_bound", ["application", "measure"],
            "Bound of the measure: a minimum for smallest-cluster, records and days, and a maximum for the others."
        ) { metrics in
            metrics.samples { $0.bound }
        },
        .samples(
            .gauge, "shoal_disclosure_bound_met", ["application", "measure"],
            "1 if the bound of the measure is met, also by suppressed values, otherwise 0."
        ) { metrics in
            metrics.samples { $0.holds ? 1 : 0 }
        },
        .samples(
            .gauge, "shoal_disclosure_events", ["application"], "Events that were measured."
        ) { [.init([$0.application], Double($0.report.events))] },
        .samples(
            .gauge, "shoal_disclosure_viewers", ["application"],
            "Viewers of these events. Absent if they are fewer than privacy.min-cluster-size."
        ) { metrics in
            metrics.report.toldViewers.map { [.init([metrics.application], Double($0))] } ?? []
        },
        .samples(
            .gauge, "shoal_disclosure_timestamp_seconds", ["application"],
            "Time at which `shoal disclosure` measured, in seconds since 1970."
        ) { [.init([$0.application], $0.time)] },
    ]

    private func samples(_ value: (DisclosureReport.Figure) -> Double?) -> [Metric.Sample] {
        report.figures.compactMap { figure in value(figure).map { .init([application, figure.name], $0) } }
    }

    /// Replaces a file at once. All users of the machine may read it, as the collector must.
    /// - Throws: `OutputError`.
    package func save(to path: String) throws(OutputError) {
        var text = MetricText()
        text.add(Self.table, of: self)
        try OutputFile.save(Array(text.text.utf8), to: path, mode: 0o644)
        Program.report("the metrics were written to \(path)")
    }
}

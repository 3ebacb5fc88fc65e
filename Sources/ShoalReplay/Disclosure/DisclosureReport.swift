internal import Foundation
internal import ShoalClustering
internal import ShoalSchemas

/// What the published output of one or several runs over a log discloses. Shares and lifts are millionths, times milliseconds
/// since 1970. It is a function of the log, the settings and the program.
package struct DisclosureReport: Codable, Equatable, Sendable {
    /// A run with some settings.
    package struct Run: Codable, Equatable, Sendable {
        /// The setting that differs from the first run, as `key=value`; empty for the first run.
        package var with: String
        /// The settings that affect the result.
        package var settings: [ReplayReport.Setting]
        /// A hash of all models.
        package var digest: String
        package var measures: DisclosureMeasures

        package init(with: String, _ result: ReplayResult, _ collector: DisclosureCollector) {
            self.with = with
            (settings, digest) = (result.report.settings, result.report.digest)
            measures = collector.measures(
                assigned: result.model?.assigned ?? 0,
                smallest: result.report.rows.compactMap { $0.members.min() }.min())
        }
    }

    /// A measure with its bound, in all runs.
    package struct Line: Equatable, Sendable {
        package struct Value: Equatable, Sendable {
            package var text: String
            package var holds: Bool

            /// The value with the verdict.
            var verdict: String { text.isEmpty ? Self.word(holds) : "\(text) \(Self.word(holds))" }
            static func word(_ holds: Bool) -> String { holds ? "met" : "missed" }
        }

        package var name: String
        package var bound: String
        /// The value of each run; nil if it was not measured.
        package var values: [Value?]
    }

    package var input: String
    package var events: Int
    package var viewers: Int
    package var firstTime: Int64
    package var lastTime: Int64
    /// How many watches, and how many percent of all, give a viewer a trait.
    package var traitWatches: Int
    package var traitPercent: Int
    package var bounds: DisclosureBounds
    /// The first one has the settings as given.
    package var runs: [Run]

    package init(_ input: TryInput, _ traits: DisclosureTraits, _ bounds: DisclosureBounds, _ runs: [Run]) {
        (self.input, events, viewers) = (input.path, input.events, traits.viewerCount)
        (firstTime, lastTime) = (input.facts.firstTime, input.facts.lastTime)
        (traitWatches, traitPercent) = (traits.least.watches, traits.least.percent)
        (self.bounds, self.runs) = (bounds, runs)
    }

    /// The report as one line of JSON.
    package func json() throws -> String {
        try ReportJSON.encode(self, names: .useDefaultKeys)
    }

    /// The measures with their bounds.
    package var lines: [Line] {
        var lines: [Line] = []
        for (index, run) in runs.enumerated() {
            for entry in verdicts(run.measures) {
                var place = lines.firstIndex { $0.name == entry.name }
                if place == nil {
                    lines.append(
                        Line(name: entry.name, bound: entry.bound, values: Array(repeating: nil, count: runs.count)))
                    place = lines.count - 1
                }
                if let place { lines[place].values[index] = .init(text: entry.text, holds: entry.holds) }
            }
        }
        return lines
    }

    /// The bounds that the first run misses, a sentence each.
    package var missed: [String] {
        lines.compactMap { line in
            guard let value = line.values.first ?? nil, !value.holds else { return nil }
            return
                "\(line.name): \(value.text.isEmpty ? "beyond the bound" : value.text), and the bound is \(line.bound)"
        }
    }

    private typealias Entry = (name: String, bound: String, text: String, holds: Bool)

    private func verdicts(_ measures: DisclosureMeasures) -> [Entry] {
        var entries: [Entry] = []
        for trait in measures.traits {
            let name = trait.title
            entries.append(
                (
                    "\(name): lift", "≤ \(ReportWords.decimal(bounds.lift, digits: 1))",
                    trait.highest.map { ReportWords.decimal($0.lift, digits: 2) } ?? "", trait.holdsLift
                ))
            entries.append(
                (
                    "\(name): |P − prior|", "≤ \(ReportWords.decimal(bounds.distance, digits: 2))",
                    trait.farthest.map { ReportWords.decimal($0.distance, digits: 3) } ?? "", trait.holdsDistance
                ))
            if let holds = trait.holdsAUC {
                entries.append(
                    (
                        "\(name): AUC", "≤ \(ReportWords.decimal(bounds.auc, digits: 2))",
                        trait.auc.map { ReportWords.decimal($0, digits: 3) } ?? "", holds
                    ))
            }
        }
        for row in measures.sequences {
            let name = "sequences, \(row.title)"
            entries.append(
                (
                    "\(name): unique", "≤ \(ReportWords.share(bounds.unique))", ReportWords.share(row.unique),
                    row.unique <= bounds.unique
                ))
            entries.append(
                (
                    "\(name): in sets under 10", "≤ \(ReportWords.share(bounds.fewerThanTen))",
                    ReportWords.share(row.fewerThanTen), row.fewerThanTen <= bounds.fewerThanTen
                ))
        }
        let (sizes, forging) = (measures.sizes, measures.forging)
        entries.append(
            (
                "smallest published cluster", "≥ privacy.min-cluster-size",
                sizes.smallest.map(ReportWords.number) ?? (sizes.holds ? "none" : "below it"), sizes.holds
            ))
        let days = ReportWords.count(bounds.days, "day")
        entries.append(
            (
                "forged records that isolate a viewer", "≥ \(ReportWords.number(bounds.records)), ≥ \(days)",
                "\(ReportWords.number(forging.records)), \(ReportWords.span(forging.milliseconds))", forging.holds
            ))
        return entries
    }
}

extension DisclosureMeasures.Trait {
    var title: String { kind == .topic ? "topic \(name)" : name }

    /// The larger area of both.
    var auc: Int64? { aucCluster.flatMap { cluster in aucHistory.map { max(cluster, $0) } } }
}

extension DisclosureMeasures.Sequences {
    var title: String {
        switch (at, days) {
        case (_, let days?): "day \(days)"
        case ("rotation", _): "the worst rotation"
        default: "at the end"
        }
    }
}

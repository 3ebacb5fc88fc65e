import ShoalOperations
import ShoalOperator
import ShoalReplay
import ShoalSettings

extension Command {
    static let disclosure = Command(
        name: "disclosure", summary: "measure what the published clusters disclose of viewers",
        arguments: ["FILE"],
        options: ReportOutput.options + [
            Option("topic", "T", "read the values of this topic instead of FILE"), .bootstrap,
            Option("map", "FIELD=PATH", "correct the guess of a field, as in `shoal try`", isRepeatable: true),
            Option("trait", "TOPIC", "also measure the viewers who watch this topic", isRepeatable: true),
            Option("trait-watches", "N[,P%]", "a trait needs N watches, and P % of all of the viewer's (1)"),
            Option("with", "KEY=VALUE", "repeat it with this setting, and show both", isRepeatable: true),
            Option("bound", "NAME=VALUE", "replace a bound; see below", isRepeatable: true),
            Option("metrics", "FILE", "write the measures to FILE as metrics for Prometheus; see below"),
            Option("check", nil, "end with 2 if a bound is missed, with one line for each on standard error"), .stall,
        ],
        details: DisclosureReport.help,
        examples: [
            "shoal disclosure events.ndjson.gz --config shoal.properties",
            "shoal disclosure events.ndjson.gz --config shoal.properties --html disclosure.html",
            "shoal disclosure history.csv --trait 'pride parade' --trait-watches 2,25%",
            "shoal disclosure events.ndjson.gz --config shoal.properties --with output.every=1d --with output.every=7d",
            "shoal disclosure --config shoal.properties --metrics /var/lib/prometheus/node-exporter/shoal.prom",
            "shoal disclosure --topic watch-events --config shoal.properties --with privacy.min-cluster-size=500",
            "shoal disclosure events.ndjson.gz --config shoal.properties --check --bound records=0 --bound days=0",
        ]
    ) { arguments in
        let output = try ReportOutput(arguments)
        let metrics = arguments["metrics"]
        if let problem = metrics.flatMap(OutputFile.problem) { throw UsageError(description: "--metrics \(problem)") }
        let wanted = try Disclosing.Wanted(
            topics: arguments.all("trait"), watches: arguments["trait-watches"], bounds: arguments.all("bound"))
        let configuration = try arguments.configuration()
        let alternatives = try arguments.all("with").map { setting in
            (with: setting, options: try ReplayOptions(arguments.configuration(sets: [setting])))
        }
        let input = try await Disclosing.input(
            file: arguments.positional.first, topic: arguments["topic"],
            corrections: configuration.mappingParts + arguments.all("map"), configuration)
        let report = try await Disclosing(
            input, wanted, options: ReplayOptions(configuration), alternatives: alternatives,
            limit: arguments.stallLimit()
        ).run()
        try output.give(text: report.text, json: report.json, html: report.html)
        if let metrics {
            try DisclosureMetrics(report, application: configuration[\.applicationID]).save(to: metrics)
        }
        guard arguments.has("check"), !report.missed.isEmpty else { return .ok }
        for line in report.missed { Program.report(line) }
        return .unfit
    }
}

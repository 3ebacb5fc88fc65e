import ShoalOperations
import ShoalOperator

extension Command {
    static let bench = Command(
        name: "bench", summary: "measure events on this machine, and compute what a load needs",
        arguments: ["FILE"],
        options: ReplayInput.options + [
            .bootstrap, Option("expect", "LOAD", "compute what a load needs; see below"),
            Option(
                "costs", "FILE",
                "compute from the costs of another report (--json) instead of those that come with shoal"),
            Option("json", nil, "print one line of JSON instead of text"),
        ],
        details: """
            Replays the events, in memory and as `shoal replay` does, and measures CPU time of an event, events a second of a
            core, size of a member, and size and CPU time of what an epoch writes. Few events are replayed up to five times. It
            joins no group and writes nothing. Run it on a machine like those of the application, and with its settings.

            \(ReplayInput.details)
            The fields of events in another form, and of tables, are guessed as by `shoal try`, unless input.map names them.

            --expect events/s=20k,members=5M computes instances, partitions, and what each of them needs. With --expect, but
            neither FILE nor --topic, nothing is measured, and the figures that come with shoal count. LOAD has, separated by
            commas:
            \(ExpectedLoad.names.map { "  \($0.0)=N".padding(to: 18) + $0.1 }.joined(separator: "\n"))
            Members, topics and clusters that are not named are those of the events. Numbers may end in k, M or G. Half of the
            cores and three quarters of the memory are planned for, so that a backlog can be worked off.

            The text says what was measured and what was computed. docs/scale.md has the formulas' limits.
            """,
        examples: [
            "shoal bench events.ndjson.gz --config shoal.properties", "shoal bench history.csv",
            "shoal bench --topic watch-events --bootstrap localhost:9092 --expect events/s=20k,members=5M",
            "shoal bench --expect events/s=2e5,members=1e8,topics=500,clusters=64,memory=16GB",
            "shoal bench events.ndjson --json > costs.json && shoal bench --costs costs.json --expect events/s=1k,members=1M",
        ]
    ) { arguments in
        let source = arguments.positional.first ?? arguments["topic"]
        let costs = try arguments["costs"].map(CostFigures.init(file:)) ?? .stored()
        // A mistake in the load is found before the events are measured.
        if let load = arguments["expect"], source != nil { _ = try ExpectedLoad(load, measured: nil, members: 1) }
        var measured: BenchMeasurement?
        if source != nil || !arguments.has("expect") {
            let input = try await ReplayInput(arguments, try arguments.configuration())
            measured = try await .of(input.source, input.options, limit: arguments.stallLimit())
        }
        let report = try BenchReport(measured, expecting: arguments["expect"], costs)
        if arguments.has("json") { Output.json(try report.json()) } else { Output.line(report.text()) }
        return .ok
    }
}

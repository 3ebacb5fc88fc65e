import ShoalOperations
import ShoalOperator

extension Command {
    static let demo = Command(
        name: "demo", summary: "show clusters form live on an embedded broker",
        options: [
            Option("viewers", "N", "number of viewers, 500 to 200000 (3000)"),
            Option("seconds", "N", "duration of the demo; 0: as fast as possible (75)"),
            Option("epochs", "N", "number of epochs to play, at most 60; an epoch is an hour of event time (60)"),
            Option("seed", "N", "seed of the generated events; the same seed gives the same events (1)"),
            Option("record", "FILE", "also write the picture as an asciinema file, such as demo.cast"),
            Option("html", "FILE", "at the end, write the page of the clusters to FILE"),
            Option("plain", nil, "print lines instead of a live display; the default without a terminal"),
        ],
        isConfigured: false, isStoppable: true,
        details: """
            Starts a broker inside the process, publishes generated watch events to it, and runs the pipeline of `shoal run`
            on them. The display shows only published data: members are counted from the changes on the output topic, and the
            topics of a cluster are those in its last change. During the demo a new taste appears, a group splits, two groups
            merge, one stops watching, viewers are erased, a sensitive topic is dropped, and a small cluster is suppressed. A page with
            the clusters is served on 127.0.0.1 meanwhile; its buttons add a new taste and erase a viewer. Nothing is stored, and no
            other broker is contacted. Ctrl-C stops the demo.
            """,
        examples: ["shoal demo", "shoal demo --viewers 20000 --seconds 110", "shoal demo --seed 7 --plain > demo.log"]
    ) { arguments in
        let viewers = try arguments.integer("viewers", in: 500...200_000, or: 3_000)
        let seconds = try arguments.integer("seconds", in: 0...86_400, or: 75)
        let epochs = try arguments.integer("epochs", in: 1...Demo.epochs, or: Demo.epochs)
        let seed = try arguments.integer("seed", in: 0...Int.max, or: 1)
        for name in ["record", "html"] {
            if let problem = arguments[name].flatMap(OutputFile.problem) {
                throw UsageError(description: "--\(name) \(problem)")
            }
        }
        let isPlain = arguments.has("plain") || !StandardStream.output.isTerminal || !Screen.isCapable
        let demo = Demo(
            viewers: viewers, epochs: epochs, seed: UInt64(seed), duration: .seconds(seconds), isPlain: isPlain,
            record: arguments["record"], html: arguments["html"])
        defer { Screen.close() }
        try await demo.run()
        return .ok
    }
}

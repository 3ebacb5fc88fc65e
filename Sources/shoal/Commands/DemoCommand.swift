import ShoalOperations

extension Command {
    static let demo = Command(
        name: "demo", summary: "show viewers clustering live on an embedded broker",
        options: [
            Option("viewers", "N", "how many viewers watch, 500 to 200000 (3000)"),
            Option("seconds", "N", "how long the stream takes; 0: as fast as it goes (75)"),
            Option("epochs", "N", "how many of the story's 60 epochs, an hour of event time each, are played (60)"),
            Option("seed", "N", "of the made-up events: the same seed gives the same again (1)"),
            Option("plain", nil, "lines instead of a picture, as where standard output is no terminal"),
        ],
        isConfigured: false, isStoppable: true,
        details: """
            Starts a broker within this process, publishes made-up watch events to it, and runs the pipeline of
            `shoal run` on them. What is shown is what it publishes: the table counts members by the changes that
            anybody could read, and what a cluster is about is what was last published of it. In the course of the
            story a new taste appears, a group splits, two become one, and one falls silent. Nothing is kept, and
            nothing else is reached. Ctrl-C ends it early.
            """,
        examples: [
            "shoal demo", "shoal demo --viewers 20000 --seconds 110", "shoal demo --seed 7 --plain > demo.log",
        ]
    ) { arguments in
        let viewers = try arguments.integer("viewers", in: 500...200_000, or: 3_000)
        let seconds = try arguments.integer("seconds", in: 0...86_400, or: 75)
        let epochs = try arguments.integer("epochs", in: 1...DemoScenario.longest, or: DemoScenario.longest)
        let seed = try arguments.integer("seed", in: 0...Int.max, or: 1)
        let output = StandardStream.output
        let isPlain = arguments.has("plain") || !output.isTerminal || !Screen.isCapable
        let demo = Demo(
            scenario: DemoScenario(viewers: viewers, epochs: epochs), seed: UInt64(seed),
            duration: .seconds(seconds), display: isPlain ? PlainDisplay() : TerminalDisplay())
        defer { Screen.close() }
        try await demo.run()
        return .ok
    }
}

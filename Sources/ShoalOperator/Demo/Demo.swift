import Foundation
import ShoalClient
import ShoalClustering
import ShoalGenerator
import ShoalKafka
import ShoalPipeline
import ShoalSchemas
import ShoalSettings
import Synchronization

/// The demo: an embedded broker, an instance and one that takes over, a publisher of generated events, and a subscriber
/// that displays the changes.
package struct Demo {
    let scenario: DemoScenario
    let seed: UInt64
    /// The wall-clock duration of the stream; zero for full speed.
    let duration: Duration
    let display: any DemoDisplay
    /// The file to which the page is written at the end; nil for none.
    let html: String?

    static let partitions: Int32 = 4
    /// The number of epochs of the whole story.
    package static let epochs = DemoScenario.longest

    /// - Parameters:
    ///   - epochs: How many of the story's epochs are played.
    ///   - duration: The wall-clock duration of the stream; zero for full speed.
    ///   - isPlain: Whether it prints lines instead of a picture.
    ///   - html: The file to which the page of the clusters is written at the end; nil for none.
    ///   - record: The file to which the picture is recorded; nil for none.
    package init(
        viewers: Int, epochs: Int, seed: UInt64, duration: Duration, isPlain: Bool, record: String? = nil,
        html: String? = nil
    ) {
        self.html = html
        scenario = DemoScenario(viewers: viewers, epochs: epochs)
        self.seed = seed
        self.duration = duration
        let base: any DemoDisplay = isPlain ? PlainDisplay() : TerminalDisplay()
        let size = isPlain ? (columns: 100, rows: 30) : Screen().size
        display = record.map { DemoRecorder($0, size: size, base) } ?? base
    }

    /// Whether broker messages are shown. The broker ends with the demo, and its clients report that.
    private final class Running: Sendable {
        let value = Mutex(true)
    }

    private let running = Running()

    /// Runs until the end or an interrupt.
    /// - Throws: `KafkaError`, `PipelineError`; neither can be caused by a user.
    package func run() async throws {
        let stream = try WatchStream(scenario.shape, seed: seed)
        let cluster = try MockCluster()
        let options = try options(cluster, stream)
        for (topic, count) in [
            (options.topics.input, Self.partitions), (options.topics.changes, Self.partitions),
            (options.topics.deadLetters, 1), (options.topics.deltas, 1), (options.topics.models, 1),
            (options.topics.state, Self.partitions),
        ] {
            try cluster.createTopic(topic, partitions: count)
        }
        let log = PipelineLog { entry in
            if entry.level >= .warning { display.note("\(entry.level): \(entry.message)") }
        }
        var other = options
        other.instance = "demo-2"
        let instances = DemoInstances(try Instance(options, log: log), next: try Instance(other, log: log)) {
            [display] text in display.note(text)
        }
        // At full speed nobody looks at it.
        let requests = DemoRequests()
        let page = duration > .zero || html != nil ? try DemoPage(options, instances, requests) : nil
        if let page { display.note("The page of the clusters: \(page.address)") }
        let interrupt = Interrupt()
        let progress = DemoPublisher.Progress()
        let publisher = DemoPublisher(
            client: options.kafka, topic: options.topics.input, epoch: duration / scenario.epochs,
            scenario: scenario, requests: requests, instances: instances, progress: progress, interrupt: interrupt
        ) { [display] text in display.note(text) }
        let subscriber = DemoSubscriber(
            changes: ClusterChanges(Self.subscription(options)), scenario: scenario, progress: progress,
            instances: instances, interrupt: interrupt, display: display)
        let (state, truth) = try await withThrowingTaskGroup(of: Component.self) { tasks in
            defer { tasks.cancelAll() }
            tasks.addTask { .subscriber(try await subscriber.run { instances.stop() }) }
            tasks.addTask {
                try await instances.run()
                subscriber.allIsCommitted()
                return .instance
            }
            tasks.addTask { .publisher(try await publisher.publish(stream)) }
            var (state, truth) = (DemoState?.none, stream)
            while let part = try await tasks.next() {
                switch part {
                case .subscriber(let found): state = found
                case .publisher(let found): truth = found
                case .instance: break
                }
            }
            return (state, truth)
        }
        let last = await page?.end()
        running.value.withLock { $0 = false }
        guard let state else { return }
        if let html, let last { try OutputFile.save(Array(last.utf8), to: html) }
        display.end(
            DemoSummary(
                state, truth: truth, scenario: scenario, key: options.key, published: progress.now,
                isInterrupted: interrupt.isSet || progress.now.isStopped))
    }

    private enum Component: Sendable {
        case subscriber(DemoState)
        case publisher(WatchStream)
        case instance
    }

    private static func subscription(_ options: PipelineOptions) -> ClusterChanges.Configuration {
        var subscription = ClusterChanges.Configuration(kafka: options.kafka, topic: options.topics.changes)
        subscription.start = .beginning
        return subscription
    }

    private func options(_ cluster: MockCluster, _ stream: WatchStream) throws -> PipelineOptions {
        try Cryptography.selfTest()
        // Generated viewers are not secret. A key derived from the seed gives reproducible pseudonyms.
        let digits = String(seed, radix: 16)
        guard let key = PrivacyKey(hex: String(repeating: "0", count: 64 - digits.count) + digits) else {
            throw PipelineError(.configuration, "--seed \(seed): cannot be used as a seed")
        }
        var kafka = ClientConfiguration([
            // The embedded broker answers an empty fetch only after this time.
            "bootstrap.servers": cluster.bootstrapServers, "fetch.wait.max.ms": "10",
            // As long as a killed instance keeps its partitions. The embedded broker makes a first member wait for 3 s,
            // and its session must not end before.
            "session.timeout.ms": "4000",
        ]) { [display, running] line in
            if line.level <= 3, running.value.withLock({ $0 }) { display.note("librdkafka: \(line.text)") }
        }
        kafka.offsets = TransactionalOffsets()
        var options = PipelineOptions(
            application: "shoal-demo", instance: "demo-1",
            kafka: kafka,
            topics: .init(
                input: "watch-events", changes: "cluster-changes", members: nil,
                deadLetters: "watch-events-dead-letters", deltas: "shoal-demo-deltas", models: "shoal-demo-models",
                state: "shoal-demo-state"),
            key: key)
        options.settings = scenario.settings
        options.vocabulary = stream.topicNames.map { Array($0.utf8) }
        options.pipeline.epochFuture = .allow
        options.checksTopics = false
        options.pipeline.commitInterval = .milliseconds(50)
        // A take-over reads the input after a snapshot again, and the embedded broker keeps little of it.
        options.pipeline.snapshotInterval = .seconds(1)
        return options
    }
}

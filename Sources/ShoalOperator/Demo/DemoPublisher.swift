import ShoalGenerator
import ShoalKafka
import ShoalPipeline
import ShoalSchemas
import Synchronization

/// Publishes the stream's events to the embedded broker at the demo's pace.
struct DemoPublisher {
    /// The progress, for the display.
    final class Progress: Sendable {
        struct State {
            var events: Int64 = 0
            /// The number of events without repetitions.
            var different: Int64 = 0
            /// The number of records that erase a viewer.
            var erasures: Int64 = 0
            var isFinished = false
            /// Nothing more is to be published.
            var isStopped = false
        }

        private let state = Mutex(State())
        var now: State { state.withLock { $0 } }
        func update(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }
    }

    let client: ClientConfiguration
    let topic: String
    /// The wall-clock duration of an epoch; zero for full speed.
    let epoch: Duration
    let scenario: DemoScenario
    let requests: DemoRequests
    let instances: DemoInstances
    let progress: Progress
    let interrupt: Interrupt
    /// Shows a line.
    let note: @Sendable (String) -> Void

    /// The embedded broker keeps about 5 MB per partition, as they were sent, and drops the oldest records, so the
    /// publisher must not run further ahead.
    private static let mostAhead = 3 << 20
    /// The time without a commit after which no transaction is open.
    private static let quiet = Duration.milliseconds(500)

    /// Publishes the stream until its end or an interrupt.
    /// - Returns: The stream in its final state, which includes the ground truth.
    func publish(_ stream: WatchStream) async throws -> WatchStream {
        var stream = stream
        var settings = client
        settings.settings["linger.ms"] = "5"
        // A take-over reads what follows the last snapshot again, which is all within the 5 MB only if it is compressed.
        settings.settings["compression.type"] = "zstd"
        let producer = try Producer(settings)
        let shape = stream.shape
        let encoder = EventEncoder(stream.catalogue, .json)
        var pace = Pace(speed: epoch > .zero ? .milliseconds(shape.epochLength) / epoch : nil)
        _ = pace.due(shape.startTime)
        var (key, line): ([UInt8], [UInt8]) = ([], [])
        var (sent, last, longest) = (Int64(0), UInt64(0), 1)
        var (hasErased, hasKilled) = (false, false)
        while !isStopped, let event = stream.next() {
            key.removeAll(keepingCapacity: true)
            line.removeAll(keepingCapacity: true)
            encoder.appendKey(event, to: &key)
            encoder.append(event, to: &line)
            longest = max(longest, line.count)
            // Late and repeated events are sent at their place in the stream.
            let place = max(event.time, shape.startTime + Int64(event.epoch) * shape.epochLength)
            if let due = pace.due(place) {
                while due > .now, !isStopped {
                    _ = producer.waiting()
                    try await Task.sleep(for: min(due - .now, .milliseconds(20)))
                }
            }
            if sent % 64 == 0 { try await wait(producer, sent, longest) }
            if event.epoch >= DemoScenario.erasure.epoch, !hasErased {
                hasErased = true
                try erase(0..<DemoScenario.erasure.viewers, producer)
            }
            for request in requests.take() { try serve(request, &stream, producer) }
            if event.epoch > DemoScenario.kill, !hasKilled {
                hasKilled = true
                try await kill(producer, sent)
            }
            try producer.produce(to: topic, key: key.span, value: line.span)
            sent += 1
            let isDifferent = event.id > last
            last = max(last, event.id)
            progress.update { state in
                state.events = sent
                if isDifferent { state.different += 1 }
            }
        }
        requests.end()
        for request in requests.take() { try serve(request, &stream, producer) }
        try producer.flush(timeout: .seconds(10))
        if shape.epochs > DemoScenario.kill, !hasKilled { try await kill(producer, sent) }
        progress.update { $0.isFinished = true }
        return stream
    }

    private func erase(_ viewers: Range<Int>, _ producer: Producer) throws {
        for viewer in viewers {
            let key = Array(GeneratedEvent.name(ofViewer: viewer).utf8)
            try producer.produce(to: topic, key: key.span, value: nil)
        }
        progress.update { $0.erasures += Int64(viewers.count) }
    }

    private func serve(_ request: DemoRequests.Request, _ stream: inout WatchStream, _ producer: Producer) throws {
        switch request {
        case .taste(let number):
            let theme = DemoScenario.moreThemes[number]
            stream.add(scenario.moreViewers, watching: theme.numbers)
            note("the page: \(Formatting.count(scenario.moreViewers, "viewer")) arrive who watch \(theme.words)")
        case .erasure:
            // The first viewers are those that the story erases.
            let viewers = DemoScenario.erasure.viewers..<stream.viewers
            guard let viewer = viewers.first(where: { !stream.taste(of: $0).isSilent }) else { return }
            stream.silence(viewer)
            try erase(viewer..<viewer + 1, producer)
            note("the page: a viewer is erased, who watches nothing from now on")
        }
    }

    /// Kills the instance once it has committed everything, and waits until another one has taken over. The embedded
    /// broker shows readers the records of transactions that were never committed, so no transaction may be open.
    private func kill(_ producer: Producer, _ sent: Int64) async throws {
        try producer.flush(timeout: .seconds(10))
        let all = sent + progress.now.erasures
        var (last, since) = (Int64(-1), ContinuousClock.now)
        while !isStopped, .now - since < Self.quiet {
            let now = instances.snapshot
            let read = now.partitions.values.reduce(0) { $0 + $1.offset }
            if read < all || now.commits != last { (last, since) = (now.commits, .now) }
            try await Task.sleep(for: .milliseconds(20))
        }
        try await instances.kill { isStopped }
    }

    private var isStopped: Bool { interrupt.isSet || progress.now.isStopped }

    /// Waits while too many events are unread.
    private func wait(_ producer: Producer, _ sent: Int64, _ longest: Int) async throws {
        while !isStopped {
            let waiting = producer.waiting()
            let read = instances.snapshot.partitions.values.reduce(0) { $0 + $1.offset }
            guard Int(sent - read) * longest > Self.mostAhead || waiting > 10_000 else { return }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

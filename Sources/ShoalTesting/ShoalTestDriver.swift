internal import ShoalClustering
internal import ShoalOperations
internal import ShoalPipeline
internal import ShoalReplay
public import ShoalSchemas
internal import ShoalSettings

/// Runs Shoal's engine inside a test: events go in, changes come out, without a broker, threads or a clock.
///
///     var shoal = try ShoalTestDriver(
///         settings: ["clusters.seed-members": "20", "privacy.min-cluster-size": "5"], topics: ["chess", "cats"])
///     for viewer in 0..<40 {
///         for _ in 0..<5 { try shoal.pipe(TestEvent(viewer: "\(viewer)", topics: [viewer < 20 ? "chess" : "cats"])) }
///     }
///     try shoal.closeEpochs(4)
///     #expect(shoal.clusters.count == 2)
///     #expect(shoal.readChanges().contains { $0.kind == .memberJoined })
///
/// This is the engine of `shoal run`, with the same settings. The same events give the same clusters and changes as a
/// topic with one partition whose events are in time order. Time is event time and moves only when a test moves it: an
/// event of a later epoch, `advance` and `closeEpochs` close the epochs before it. The model of an epoch applies to
/// events from `epoch.staleness` (2) epochs later on, so the effect of a watch is visible after a few closed epochs.
///
/// No value is random: a test gives the same result every time, on every machine.
public struct ShoalTestDriver {
    /// The current time in milliseconds since 1970. Used for events without a time.
    public private(set) var now: Int64
    /// The length of an epoch (`epoch.length`).
    public let epochLength: Duration

    private let settings: Settings
    private let vocabulary: [[UInt8]]
    private let key: PrivacyKey
    private let hasStart: Bool
    private var intake: Intake
    /// The engine; `nil` before the first event.
    private var engine: GivenEpochs<KeyedTopics>?
    private let encoder: ChangeRecord
    private let pseudonyms: PublishedPseudonyms
    /// The pseudonyms of viewers in the state.
    private var viewers: [String: UInt128] = [:]
    private var view = PublishedView()

    /// Creates a driver.
    /// - Parameters:
    ///   - settings: Settings by the names of `shoal config docs`, as in a `.properties` file. Settings that do not
    ///     affect the result are ignored.
    ///   - properties: A file of settings, such as that of a running application. `settings` take precedence.
    ///   - topics: The initial vocabulary. If empty, the topics of `topics.file`, if set. Other topics are admitted
    ///     once `topics.min-viewers` viewers have watched them.
    ///   - start: The initial time in milliseconds since 1970. Defaults to the first event's time, or
    ///     2026-01-01T00:00:00Z if it has none.
    /// - Throws: `InvalidSettings`, with all problems.
    public init(
        settings: [String: String] = [:], properties: String? = nil, topics: [String] = [],
        start: Int64? = nil
    ) throws {
        do {
            let configuration = try Configuration(
                file: properties, environment: [:],
                sets: settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }, kafkaCheck: { _, _ in nil })
            self.settings = configuration[\.engine]
            vocabulary = topics.isEmpty ? try configuration.vocabulary() : topics.map { Array($0.utf8) }
            // The viewers of a test are not secret. A test that needs an application's pseudonyms sets its key.
            guard let key = PrivacyKey(hex: configuration.privacyKey ?? String(repeating: "0", count: 64)) else {
                throw Configuration.Invalid(problems: ["the privacy key must be 64 hexadecimal digits"])
            }
            self.key = key
            encoder = ChangeRecord(format: .protobuf, key: key)
            pseudonyms = PublishedPseudonyms(key)
        } catch {
            throw InvalidSettings(description: "\(error)")
        }
        now = start ?? 1_767_225_600_000
        hasStart = start != nil
        epochLength = .milliseconds(self.settings.fixed.epochLength)
        intake = Intake(key: key, options: WatchEventReader.Options().with(self.settings.fixed))
    }

    // MARK: - Input

    /// Handles an event. An event of a later epoch closes the epochs before its own.
    /// - Throws: `DeadLetter` if it is not a valid watch event.
    public mutating func pipe(_ event: TestEvent) throws {
        try pipe(bytes: event.protobuf(now: now))
    }

    /// Handles an event in its JSON form, as in a record's value.
    /// - Throws: `DeadLetter` if it is not a valid watch event.
    public mutating func pipe(json: String) throws {
        try pipe(bytes: Array(json.utf8))
    }

    private mutating func pipe(bytes: [UInt8]) throws {
        if case .rejected(let reason) = intake.read(bytes.span) { throw DeadLetter(intake.fault(reason)) }
        viewers[String(decoding: intake.viewer, as: UTF8.self)] = intake.event.member
        if engine == nil, !hasStart { now = intake.event.time }
        try advance(to: max(intake.event.time, now))
        let event = intake.event
        engine?.handle(event, partition: 0)
        takeChanges()
    }

    /// Erases a viewer, like a record with the viewer's key and a null value. It is published with at least seven others, or
    /// after a week of event time.
    public mutating func erase(viewer: String) {
        begin()
        let member = key.storedPseudonym(of: viewer.utf8)
        engine?.erase(member, partition: 0)
        takeChanges()
    }

    // MARK: - Time

    /// Advances the time. Epochs that end by then are closed one by one.
    /// - Parameter time: Milliseconds since 1970. A time in the past has no effect.
    public mutating func advance(to time: Int64) throws {
        begin()
        let length = settings.fixed.epochLength
        while let epoch = engine?.epoch, epoch < time / length { try closeEpoch() }
        now = max(now, time)
    }

    /// Advances the time by a duration.
    public mutating func advance(by duration: Duration) throws {
        try advance(to: now + duration.milliseconds)
    }

    /// Closes a number of epochs. The time becomes the start of the next one.
    public mutating func closeEpochs(_ count: Int = 1) throws {
        let length = settings.fixed.epochLength
        try advance(to: (now / length + Int64(count)) * length)
    }

    private mutating func closeEpoch() throws {
        guard let closed = try engine?.close() else { return }
        var records = RecordBuffer()
        for change in closed.lifecycle { encoder.append(change, model: closed.model, to: &records) }
        encoder.append(closed.changes, partition: 0, memberships: false, to: &records)
        publish(records)
    }

    /// Opens the first epoch, that of the current time.
    private mutating func begin() {
        guard engine == nil else { return }
        let key = key
        engine = GivenEpochs(
            settings: settings, topics: vocabulary, partitions: 1, first: now / settings.fixed.epochLength,
            keys: { _ in KeyedTopics(key) })
    }

    // MARK: - Output

    /// Returns the changes since the last call, in publication order.
    public mutating func readChanges() -> [ClusterChange] {
        view.takeChanges()
    }

    /// The published clusters in ascending order. Clusters below `privacy.min-cluster-size` are not published.
    public var clusters: [PublishedCluster] { view.clusters }

    /// Returns the published cluster of a viewer, or `nil` if it has none.
    public func cluster(of viewer: String) -> UInt32? { view.members[pseudonym(of: viewer)] }

    /// The published cluster of each viewer that has one.
    public var members: [String: UInt32] {
        viewers.compactMapValues { view.members[pseudonyms.published($0, in: period)] }
    }

    /// Returns the pseudonym of a viewer in changes of the open epoch.
    public func pseudonym(of viewer: String) -> UInt128 { key.publishedPseudonym(of: viewer.utf8, in: period) }

    private var period: Int64? { settings.fixed.period(of: engine?.epoch ?? now / settings.fixed.epochLength) }

    private mutating func takeChanges() {
        guard let changes = engine?.takeChanges(), !changes.isEmpty else { return }
        var records = RecordBuffer()
        encoder.append(changes, partition: 0, memberships: false, to: &records)
        publish(records)
    }

    /// Applies records as a subscriber would read them from the output topic.
    private mutating func publish(_ records: RecordBuffer) {
        for entry in records.entries {
            guard let value = entry.value, let change = try? ClusterChange(Array(records.bytes[value])) else {
                continue
            }
            view.apply(change)
        }
    }
}

/// Invalid settings, with one line per problem.
public struct InvalidSettings: Error, CustomStringConvertible, Sendable {
    public var description: String
}

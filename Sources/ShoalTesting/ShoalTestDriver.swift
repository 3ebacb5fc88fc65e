internal import Clustering
internal import Operations
internal import Pipeline
internal import Replay
public import Schemas

/// Shoal's engine in a test's own hands: events go in, changes come out, without a broker, a thread or a clock.
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
/// It is the engine of `shoal run`, with the same settings under the same names, so that the same events give the same clusters
/// and the same changes as a topic with one partition does whose events come in the order of their times. Time is that of
/// the events, and moves when a test says so: an event of a later epoch, `advance` or `closeEpochs` closes those before it. The
/// model of an epoch decides about events from `epoch.staleness` (2) epochs later on: what a viewer watches now shows when a
/// few epochs have been closed.
///
/// Nothing is drawn at random: a test gives the same result each time, on every machine.
public struct ShoalTestDriver {
    /// Milliseconds since 1970: the time of an event that has none of its own.
    public private(set) var now: Int64
    /// The span of an epoch (`epoch.length`).
    public let epochLength: Duration

    private let settings: Settings
    private let vocabulary: [[UInt8]]
    private let key: PrivacyKey
    private let hasStart: Bool
    private var intake: Intake
    /// nil: nothing has happened yet.
    private var engine: GivenEpochs<KeyedTopics>?
    private let encoder = ChangeRecord(format: .protobuf)
    private var view = PublishedView()

    /// - Parameters:
    ///   - settings: by the names of `shoal config docs`, as in a `.properties` file; those that reach no result are let pass.
    ///   - properties: a file of settings, such as the one that an application runs with; `settings` win over it.
    ///   - topics: the topics that count from the start; none: those of `topics.file`, where that is set. Others count once
    ///     `topics.min-viewers` viewers have watched them.
    ///   - start: the driver's time at first, milliseconds since 1970; unless it is said, the first event's own, or
    ///     2026-01-01T00:00:00Z where that has none.
    /// - Throws: `InvalidSettings`, with everything that is wrong.
    public init(
        settings: [String: String] = [:], properties: String? = nil, topics: [String] = [],
        start: Int64? = nil
    ) throws {
        do {
            let configuration = try Configuration(
                file: properties, environment: [:],
                sets: settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }, kafkaCheck: { _, _ in nil })
            self.settings = configuration.engineSettings
            vocabulary = topics.isEmpty ? try configuration.vocabulary() : topics.map { Array($0.utf8) }
            // Viewers of a test are no secret; whoever wants the pseudonyms of an application gives its key.
            guard let key = PrivacyKey(hex: configuration.privacyKey ?? String(repeating: "0", count: 64)) else {
                throw Configuration.Invalid(problems: ["the privacy key must be 64 hexadecimal digits"])
            }
            self.key = key
        } catch {
            throw InvalidSettings(description: "\(error)")
        }
        now = start ?? 1_767_225_600_000
        hasStart = start != nil
        epochLength = .milliseconds(self.settings.fixed.epochLength)
        intake = Intake(key: key, options: WatchEventReader.Options().with(self.settings.fixed))
    }

    // MARK: - What goes in

    /// Handles an event. One of a later epoch closes the epochs before its own.
    /// - Throws: `DeadLetter`, where it is no watch event by the rules.
    public mutating func pipe(_ event: TestEvent) throws {
        try pipe(bytes: event.protobuf(now: now))
    }

    /// Handles an event in its JSON form, as a record's value has it.
    /// - Throws: `DeadLetter`, where it is none.
    public mutating func pipe(json: String) throws {
        try pipe(bytes: Array(json.utf8))
    }

    private mutating func pipe(bytes: [UInt8]) throws {
        if case .rejected(let reason) = intake.read(bytes.span) { throw DeadLetter(intake.fault(reason)) }
        view.know(viewer: intake.viewer, intake.event.member)
        if engine == nil, !hasStart { now = intake.event.time }
        try advance(to: max(intake.event.time, now))
        let event = intake.event
        engine?.handle(event, partition: 0)
        takeChanges()
    }

    /// Forgets a viewer, as a record of the key with a null value does.
    public mutating func erase(viewer: String) {
        begin()
        let member = pseudonym(of: viewer)
        engine?.erase(member, partition: 0)
        takeChanges()
    }

    // MARK: - Time

    /// Moves the time on. Epochs that end by then are closed, one by one.
    /// - Parameter time: milliseconds since 1970; one that has passed is let pass.
    public mutating func advance(to time: Int64) throws {
        begin()
        let length = settings.fixed.epochLength
        while let epoch = engine?.epoch, epoch < time / length { try closeEpoch() }
        now = max(now, time)
    }

    /// Moves the time on.
    public mutating func advance(by duration: Duration) throws {
        try advance(to: now + duration.milliseconds)
    }

    /// Closes so many epochs: the time moves to the begin of the one after them.
    public mutating func closeEpochs(_ count: Int = 1) throws {
        let length = settings.fixed.epochLength
        try advance(to: (now / length + Int64(count)) * length)
    }

    private mutating func closeEpoch() throws {
        guard let closed = try engine?.close() else { return }
        var records = RecordBuffer()
        for change in closed.lifecycle { encoder.append(change, model: closed.model, to: &records) }
        publish(records)
        takeChanges()
    }

    /// The first epoch is that of the time now.
    private mutating func begin() {
        guard engine == nil else { return }
        let key = key
        engine = GivenEpochs(
            settings: settings, topics: vocabulary, partitions: 1, first: now / settings.fixed.epochLength,
            keys: { _ in KeyedTopics(key) })
    }

    // MARK: - What comes out

    /// The changes since the last call, in the order in which they would be published.
    public mutating func readChanges() -> [ClusterChange] {
        view.takeChanges()
    }

    /// The clusters that are published, ascending; those below `privacy.min-cluster-size` are not.
    public var clusters: [PublishedCluster] { view.clusters }

    /// The published cluster of a viewer; nil: in none.
    public func cluster(of viewer: String) -> UInt32? { view.members[pseudonym(of: viewer)] }

    /// The published cluster of each viewer who is in one.
    public var members: [String: UInt32] { view.membersByViewer }

    /// Who a viewer is in changes.
    public func pseudonym(of viewer: String) -> UInt128 { key.pseudonym(of: viewer.utf8) }

    private mutating func takeChanges() {
        guard let changes = engine?.takeChanges(), !changes.isEmpty else { return }
        var records = RecordBuffer()
        for change in changes { encoder.append(change, partition: 0, memberships: false, to: &records) }
        publish(records)
    }

    /// What an instance would write, as a subscriber reads it.
    private mutating func publish(_ records: RecordBuffer) {
        for entry in records.entries {
            guard let value = entry.value, let change = try? ClusterChange(Array(records.bytes[value])) else {
                continue
            }
            view.apply(change)
        }
    }
}

/// Settings that make no pipeline: everything that is wrong with them, a line each.
public struct InvalidSettings: Error, CustomStringConvertible, Sendable {
    public var description: String
}

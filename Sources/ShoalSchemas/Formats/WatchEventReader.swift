/// Reads the values of the input topic into a `WatchEvent`.
public struct WatchEventReader: Sendable {
    public enum Format: Hashable, CaseIterable, Sendable {
        /// The format that the value seems to have: one that begins with `{` is JSON. A Confluent frame is stripped.
        case auto
        case only(EventFormat)

        public static var allCases: [Self] { [.auto] + EventFormat.all.map(Self.only) }

        /// The values of the setting `input.format`.
        public static var names: [String] { allCases.map(\.name) }

        public var name: String {
            switch self {
            case .auto: "auto"
            case .only(let format): format.name
            }
        }

        /// Returns the format of a name.
        public init?(name: String) {
            guard let format = Self.allCases.first(where: { $0.name == name }) else { return nil }
            self = format
        }
    }

    public enum Viewer: String, CaseIterable, Sendable {
        /// The viewer is `user_id`, and must equal the record's key.
        case field
        /// The viewer is the record's key. `user_id` is ignored.
        case key
    }

    public struct Options: Equatable, Sendable {
        public var format = Format.auto
        public var viewer = Viewer.field
        /// The event times that are plausible.
        public var timeRange = TimeRange()
        /// The mapping of JSON objects of another form; nil: they have the names of `shoal.v1.WatchEvent`.
        public var mapping: EventMapping?

        public init() {}
    }

    public let options: Options
    /// Whether fields are read from headers of records, so that they must be passed.
    public let readsHeaders: Bool
    /// nil: the one that a value's first bytes call for.
    private let decoder: EventDecoder?
    /// Those of all formats: a copy for each reader, so that threads do not share a reference count.
    private let decoders = EventFormat.all.map(\.decoder)
    /// That of the options' mapping.
    private let plan: MappingPlan?

    public init(options: Options = Options()) {
        self.options = options
        decoder = if case .only(let format) = options.format { format.decoder } else { nil }
        plan = options.mapping.flatMap { try? MappingPlan($0) }
        readsHeaders = plan?.readsHeaders ?? false
    }

    /// Reads one record.
    /// - Parameters:
    ///   - headers: only needed if `readsHeaders`.
    ///   - timestamp: the record's own, in milliseconds since 1970; nil: it has none.
    ///   - event: overwritten. After an error only its `fault` is meaningful.
    public func read(
        _ value: Span<UInt8>, key: Span<UInt8>?, headers: [(name: String, value: [UInt8])] = [],
        timestamp: Int64? = nil, into event: inout WatchEvent
    ) throws(Rejection) {
        let hasTime = try parse(value, RecordParts(key: key, headers: headers), into: &event)
        try accept(&event, key: key, isKeyedByViewer: true, hasTime: hasTime, timestamp: timestamp)
    }

    /// Reads an event without a record key, as in a file. The viewer is `user_id`.
    public func read(
        _ value: Span<UInt8>, timestamp: Int64? = nil, into event: inout WatchEvent
    ) throws(Rejection) {
        let hasTime = try parse(value, into: &event)
        try check(&event, .field, key: nil, hasTime: hasTime, timestamp: timestamp)
    }

    /// Whether a record can be several events, so that `readEach` is to be called.
    public var readsBatches: Bool { plan?.isBatch ?? false }

    /// Reads the events of a record: each element of a batch is one.
    /// - Parameters:
    ///   - headers: only needed if `readsHeaders`.
    ///   - timestamp: the record's own, in milliseconds since 1970; nil: it has none.
    ///   - isKeyedByViewer: whether viewers other than the key are a fault of the record.
    ///   - event: overwritten. After an error only its `fault` is meaningful.
    ///   - visit: is called with each event, in order.
    /// - Throws: The fault of the first event that has one. The events before it were visited.
    public func readEach(
        _ value: Span<UInt8>, key: Span<UInt8>? = nil, headers: [(name: String, value: [UInt8])] = [],
        timestamp: Int64? = nil, isKeyedByViewer: Bool = false, into event: inout WatchEvent,
        _ visit: (borrowing WatchEvent) -> Void
    ) throws(Rejection) {
        guard let plan, plan.isBatch else {
            let hasTime = try parse(value, RecordParts(key: key, headers: headers), into: &event)
            try accept(
                &event, key: key, isKeyedByViewer: isKeyedByViewer, hasTime: hasTime, timestamp: timestamp)
            return visit(event)
        }
        event.clear()
        guard value.count <= WatchEvent.largestValue else { throw .valueTooLarge }
        var mapped = MappedJSON(value, plan)
        try mapped.readBatch(into: &event, RecordParts(key: key, headers: headers)) {
            (event: inout WatchEvent, hasTime: Bool) throws(Rejection) in
            try accept(
                &event, key: key, isKeyedByViewer: isKeyedByViewer, hasTime: hasTime, timestamp: timestamp)
            visit(event)
        }
    }

    /// - Returns: Whether there is an event time.
    private func parse(
        _ value: Span<UInt8>, _ record: borrowing RecordParts = RecordParts(), into event: inout WatchEvent
    ) throws(Rejection) -> Bool {
        event.clear()
        guard value.count <= WatchEvent.largestValue else { throw .valueTooLarge }
        if let plan {
            var mapped = MappedJSON(value, plan)
            return try mapped.read(into: &event, record)
        }
        guard let decoder else { return try EventDecoder.readAny(of: decoders, value, into: &event) }
        return try decoder.read(value, into: &event)
    }

    /// Checks an event of a record.
    private func accept(
        _ event: inout WatchEvent, key: Span<UInt8>?, isKeyedByViewer: Bool, hasTime: Bool, timestamp: Int64?
    ) throws(Rejection) {
        if isKeyedByViewer, options.viewer == .field, !event.viewer.isEmpty { try match(key, event) }
        try check(&event, options.viewer, key: key, hasTime: hasTime, timestamp: timestamp)
    }

    private func match(_ key: Span<UInt8>?, _ event: WatchEvent) throws(Rejection) {
        guard let key, key.count == event.viewer.count else { throw .keyMismatch }
        for index in 0..<key.count where key[index] != event.text[event.viewer.lowerBound + index] {
            throw .keyMismatch
        }
    }

    private func check(
        _ event: inout WatchEvent, _ viewer: Viewer, key: Span<UInt8>?, hasTime: Bool, timestamp: Int64?
    ) throws(Rejection) {
        switch viewer {
        case .field:
            if event.viewer.isEmpty { throw event.refuse(.missingViewer, .viewer) }
            if event.viewer.count > WatchEvent.longestID { throw event.refuse(.idTooLong, .viewer) }
        case .key:
            guard let key, key.count > 0 else { throw event.refuse(.missingViewer, .key) }
            if key.count > WatchEvent.longestID { throw event.refuse(.idTooLong, .key) }
            event.viewer = event.append(key, 0..<key.count)
        }
        if event.id.count > WatchEvent.longestID { throw event.refuse(.idTooLong, .id) }
        if event.video.count > WatchEvent.longestID { throw event.refuse(.idTooLong, .video) }
        guard hasTime else { throw .missingTime }
        guard event.time >= 0, event.time <= WatchEvent.latestTime else { throw .timeOutOfRange }
        guard options.timeRange.contains(event.time, timestamp: timestamp) else { throw .implausibleTime }
        if event.watched < 0 { throw .negativeWatched }
        if event.watched > WatchEvent.largestNumber { throw event.refuse(.numberOutOfRange, .watched) }
        if event.duration > WatchEvent.largestNumber { throw event.refuse(.numberOutOfRange, .duration) }
        if event.duration < 0 { event.duration = 0 }
    }
}

extension WatchEvent {
    /// Notes the field that a record is refused for.
    fileprivate mutating func refuse(_ rejection: Rejection, _ field: Fault.Field) -> Rejection {
        place = field
        return rejection
    }
}

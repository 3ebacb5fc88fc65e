/// Reads a watch event from a JSON object after a mapping: in one pass, in place.
struct MappedJSON: ~Escapable {
    private var scanner: JSONScanner
    private let plan: MappingPlan
    /// Where the lists begin whose elements are events, and the node of their elements.
    private var batches: [(offset: Int, element: Int)] = []
    private var hasTime = false
    private var meetsCondition = false
    /// The watched share of the video in 10⁻⁸; nil: it is given as a length, or not at all.
    private var share: Int64?

    /// The assumed length of a video of which only the watched share is known, and the assumed length of a watch of
    /// which nothing is known, in milliseconds.
    static let assumedDuration: Int64 = 600_000
    static let assumedWatch: Int64 = 60_000

    @_lifetime(copy span)
    init(_ span: Span<UInt8>, _ plan: MappingPlan) {
        scanner = JSONScanner(span)
        scanner.acceptsComma = true
        self.plan = plan
    }

    /// Reads the event of an object.
    /// - Parameter record: the key and the headers of the record.
    /// - Returns: Whether there is an event time.
    /// - Throws: `excluded` if the condition is not met; otherwise as the native form.
    mutating func read(
        into event: inout WatchEvent, _ record: borrowing RecordParts = RecordParts()
    ) throws(Rejection) -> Bool {
        try readAround(record, &event)
        if plan.condition != nil, !meetsCondition { throw .excluded }
        complete(&event)
        return hasTime
    }

    /// Reads the events of a batch: first the fields around the lists, then each element.
    /// - Parameters:
    ///   - event: has the fields of an element and those around the list.
    ///   - visit: is called with each event that meets the condition, and whether it has a time.
    mutating func readBatch(
        into event: inout WatchEvent, _ record: borrowing RecordParts = RecordParts(),
        _ visit: (inout WatchEvent, _ hasTime: Bool) throws(Rejection) -> Void
    ) throws(Rejection) {
        try readAround(record, &event)
        let around = (event: event, hasTime: hasTime, meetsCondition: meetsCondition, share: share)
        for batch in batches {
            scanner.back(to: batch.offset)
            try scanner.expect(UInt8(ascii: "["))
            if try scanner.take(UInt8(ascii: "]")) { continue }
            repeat {
                if try scanner.takeNull() { continue }
                event.back(to: around.event)
                (hasTime, meetsCondition, share) = (around.hasTime, around.meetsCondition, around.share)
                try readElement(batch.element, &event)
                if plan.condition != nil, !meetsCondition { continue }
                complete(&event)
                try visit(&event, hasTime)
            } while try scanner.comma(before: UInt8(ascii: "]"))
        }
    }

    private mutating func readElement(_ node: Int, _ event: inout WatchEvent) throws(Rejection) {
        do throws(Rejection) {
            try readValue(node, &event)
        } catch {
            event.stoppedAt = scanner.offset
            throw error
        }
    }

    /// Reads all but the elements of a batch.
    private mutating func readAround(
        _ record: borrowing RecordParts, _ event: inout WatchEvent
    ) throws(Rejection) {
        try read(record, &event)
        if plan.hasRecordCondition, !meetsCondition { throw .excluded }
        do throws(Rejection) {
            guard try scanner.peek() == UInt8(ascii: "{") else { throw Rejection.badJSON }
            try readObject(0, &event)
            try scanner.end()
        } catch {
            event.stoppedAt = scanner.offset
            throw error
        }
    }

    /// Reads the fields that are in the key and the headers.
    private mutating func read(_ record: borrowing RecordParts, _ event: inout WatchEvent) throws(Rejection) {
        for source in plan.recordSources {
            switch source.part {
            case .key:
                if let key = record.key { try read(JSONText(key).bytes, source.target, &event) }
            case .header(let name):
                for header in record.headers where header.name == name && !header.value.isEmpty {
                    try read(JSONText(header.value.span).bytes, source.target, &event)
                }
            }
        }
    }

    private mutating func read(
        _ text: [UInt8], _ target: MappingPlan.Target, _ event: inout WatchEvent
    ) throws(Rejection) {
        var value = MappedJSON(text.span, plan)
        try value.readTarget(target, &event)
        hasTime = hasTime || value.hasTime
        meetsCondition = meetsCondition || value.meetsCondition
        share = value.share ?? share
    }

    /// Sets lengths that the object does not have.
    private func complete(_ event: inout WatchEvent) {
        if let constant = plan.constantDuration { event.duration = constant }
        if let constant = plan.constantWatched {
            event.watched = constant
        } else if let share {
            if event.duration <= 0 { event.duration = Self.assumedDuration }
            // 2⁵³ · 10⁸ does not fit into 64 bits.
            event.watched = Int64(clamping: Int128(event.duration) * Int128(share) / 100_000_000)
        } else if !plan.hasWatched {
            event.watched = event.duration > 0 ? event.duration : Self.assumedWatch
        }
    }

    private mutating func readValue(_ node: Int, _ event: inout WatchEvent) throws(Rejection) {
        if let target = plan.nodes[node].target { return try readTarget(target, &event) }
        let next = try scanner.peek()
        if next == UInt8(ascii: "{"), !plan.nodes[node].children.isEmpty {
            try readObject(node, &event)
        } else if next == UInt8(ascii: "["), let element = plan.nodes[node].element {
            try readElements(of: node, element, &event)
        } else {
            try scanner.skipValue()
        }
    }

    private mutating func readTarget(_ target: MappingPlan.Target, _ event: inout WatchEvent) throws(Rejection) {
        switch target {
        case .condition: try readCondition(&event)
        case .field(let field, let unit): try read(field, unit, &event)
        }
        event.place = nil
    }

    private mutating func readElements(
        of node: Int, _ element: Int, _ event: inout WatchEvent
    ) throws(Rejection) {
        if plan.nodes[node].isBatch {
            batches.append((scanner.offset, element))
            return try scanner.skipValue()
        }
        try scanner.expect(UInt8(ascii: "["))
        if try scanner.take(UInt8(ascii: "]")) { return }
        repeat {
            if try scanner.takeNull() { continue }
            try readValue(element, &event)
        } while try scanner.comma(before: UInt8(ascii: "]"))
    }

    private mutating func readObject(_ node: Int, _ event: inout WatchEvent) throws(Rejection) {
        try scanner.expect(UInt8(ascii: "{"))
        if try scanner.take(UInt8(ascii: "}")) { return }
        repeat {
            let child = try child(of: node, &event)
            try scanner.expect(UInt8(ascii: ":"))
            if try scanner.takeNull() { continue }
            guard let child else {
                try scanner.skipValue()
                continue
            }
            try readValue(child, &event)
        } while try scanner.comma(before: UInt8(ascii: "}"))
    }

    /// Reads a name, and returns its node.
    private mutating func child(of node: Int, _ event: inout WatchEvent) throws(Rejection) -> Int? {
        let start = event.text.count
        let name = try scanner.string(into: &event)
        defer { event.text.removeSubrange(start...) }
        let text = event.text.span.extracting(name)
        for index in plan.nodes[node].children.indices
        where text.equals(plan.nodes[node].children[index].name) {
            return plan.nodes[node].children[index].node
        }
        return nil
    }

    // MARK: - Values

    private mutating func readCondition(_ event: inout WatchEvent) throws(Rejection) {
        let start = event.text.count
        guard let text = try scalar(&event) else { return }
        for value in plan.condition ?? [] where event.text.span.extracting(text).equals(value) {
            meetsCondition = true
        }
        event.text.removeSubrange(start...)
    }

    /// Reads a string, a number, or `true` or `false` as text; nil: it is a list or an object, which is skipped.
    private mutating func scalar(_ event: inout WatchEvent) throws(Rejection) -> Range<Int>? {
        switch try scanner.peek() {
        case UInt8(ascii: "\""): return try scanner.string(into: &event)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            try scanner.skipValue()
            return nil
        default: return try scanner.rest(ofScalarInto: &event)
        }
    }

    private mutating func read(
        _ field: EventMapping.Field, _ unit: FieldUnit, _ event: inout WatchEvent
    ) throws(Rejection) {
        switch field {
        case .viewer:
            event.place = .viewer
            event.viewer = try scanner.identifier(into: &event)
        case .video:
            event.place = .video
            event.video = try scanner.identifier(into: &event)
        case .id:
            event.place = .id
            event.id = try scanner.identifier(into: &event)
        case .topics:
            event.place = .topics
            try topics(unit, &event)
        case .time:
            event.place = .time
            event.time = try time(unit, &event)
            hasTime = true
        case .duration:
            event.place = .duration
            event.duration = try length(unit, &event)
        case .watched:
            event.place = .watched
            switch unit {
            case .share: share = try scanner.integer(times: 8)
            case .percent: share = try scanner.integer(times: 6)
            default: event.watched = try length(unit, &event)
            }
        }
    }

    private mutating func time(_ unit: FieldUnit, _ event: inout WatchEvent) throws(Rejection) -> Int64 {
        switch unit {
        case .iso8601, .dayMonthYear, .monthDayYear:
            let start = event.text.count
            guard try scanner.peek() == UInt8(ascii: "\"") else { throw try scanner.mismatch() }
            let text = try scanner.string(into: &event)
            defer { event.text.removeSubrange(start...) }
            let span = event.text.span.extracting(text)
            let time =
                unit == .iso8601
                ? ISOTime.time(span) : LocalTime.time(span, monthFirst: unit == .monthDayYear)
            guard let time else { throw .badField }
            return time
        case .seconds: return try scanner.integer(times: 3, outOfRange: .timeOutOfRange)
        case .microseconds: return try scanner.integer(times: -3, outOfRange: .timeOutOfRange)
        case .nanoseconds: return try scanner.integer(times: -6, outOfRange: .timeOutOfRange)
        default: return try scanner.integer(outOfRange: .timeOutOfRange)
        }
    }

    private mutating func length(_ unit: FieldUnit, _ event: inout WatchEvent) throws(Rejection) -> Int64 {
        switch unit {
        case .iso8601, .clock, .words:
            let start = event.text.count
            guard let text = try scalar(&event) else { throw .badField }
            defer { event.text.removeSubrange(start...) }
            let span = event.text.span.extracting(text)
            let length =
                unit == .words ? LocalTime.length(span) : unit == .clock ? ISOTime.clock(span) : ISOTime.length(span)
            guard let length else { throw .badField }
            return length
        case .seconds: return try scanner.integer(times: 3)
        case .minutes:
            let thousandths = try scanner.integer(times: 3)
            let (length, overflow) = thousandths.multipliedReportingOverflow(by: 60)
            if overflow { throw .numberOutOfRange }
            return length
        default: return try scanner.integer()
        }
    }

    /// A list of names and of objects with a name, one name, or names in one string.
    private mutating func topics(_ unit: FieldUnit, _ event: inout WatchEvent) throws(Rejection) {
        guard try scanner.peek() == UInt8(ascii: "[") else { return try topic(unit, &event) }
        try scanner.expect(UInt8(ascii: "["))
        if try scanner.take(UInt8(ascii: "]")) { return }
        repeat {
            if try !scanner.takeNull() { try topic(unit, &event) }
        } while try scanner.comma(before: UInt8(ascii: "]"))
    }

    private mutating func topic(_ unit: FieldUnit, _ event: inout WatchEvent) throws(Rejection) {
        if try scanner.peek() == UInt8(ascii: "{") {
            var json = WatchEventJSON(scanner)
            try json.topic(&event)
            scanner = json.scanner
            return
        }
        let text = try scanner.identifier(into: &event)
        if case .split(let separator) = unit {
            try add(text, between: Array(separator.utf8), &event)
        } else if let name = event.trimmed(text) {
            try event.add(name, weight: 1 << 16)
        }
    }

    /// Adds the parts of a string, without white space around them.
    private func add(
        _ text: Range<Int>, between separator: [UInt8], _ event: inout WatchEvent
    ) throws(Rejection) {
        var start = text.lowerBound
        var at = start
        while at <= text.upperBound {
            let isEnd = at == text.upperBound
            guard isEnd || event.text.span.extracting(at..<text.upperBound).begins(with: separator) else {
                at += 1
                continue
            }
            if let name = event.trimmed(start..<at, isListed: true) { try event.add(name, weight: 1 << 16) }
            if isEnd { return }
            at += max(separator.count, 1)
            start = at
        }
    }
}

extension WatchEvent {
    /// Returns a range of the text without white space at its ends; nil: nothing is left.
    /// - Parameter isListed: whether brackets and quotes are left out, too, as in `['a', 'b']`.
    fileprivate func trimmed(_ range: Range<Int>, isListed: Bool = false) -> Range<Int>? {
        func isOutside(_ byte: UInt8) -> Bool { byte.isJSONSpace || isListed && "[]'\"".utf8.contains(byte) }
        var range = range
        while let first = range.first, isOutside(text[first]) { range.removeFirst() }
        while let last = range.last, isOutside(text[last]) { range.removeLast() }
        return range.isEmpty ? nil : range
    }
}

extension Span<UInt8> {
    fileprivate func equals(_ other: [UInt8]) -> Bool { count == other.count && begins(with: other) }

    fileprivate func begins(with other: [UInt8]) -> Bool {
        guard count >= other.count else { return false }
        for index in other.indices where self[index] != other[index] { return false }
        return true
    }
}

internal import ShoalClustering
package import ShoalSchemas
internal import ShoalSettings

extension ProtoError {
    /// The same with the offset of the record.
    func at(offset: Int64) -> ProtoError {
        if case .outOfRange(let text) = self { return .outOfRange("offset \(offset): \(text)") }
        return .outOfRange("offset \(offset): \(self)")
    }

    /// Runs a validation and converts its error to `outOfRange`.
    static func validate(_ body: () throws(ImpossibleValue) -> Void) throws(ProtoError) {
        do throws(ImpossibleValue) {
            try body()
        } catch {
            throw .outOfRange(error.description)
        }
    }
}

extension ProtoReader {
    /// Reads topics of a vector. A number is never cut off.
    mutating func topics(_ field: Field, into topics: inout [TopicNumber]) throws(ProtoError) {
        try repeated(field) { number throws(ProtoError) in
            guard number < UInt64(Limits.topics) else {
                throw .outOfRange("topic \(number), but a vocabulary has at most \(Limits.topics)")
            }
            topics.append(TopicNumber(number))
        }
    }

    /// Reads components of a direction or a centroid.
    mutating func components(_ field: Field, into components: inout [UInt16]) throws(ProtoError) {
        try repeated(field) { value throws(ProtoError) in
            guard value <= UInt64(Limits.component) else {
                throw .outOfRange("a component is \(value), and at most \(Limits.component)")
            }
            components.append(UInt16(value))
        }
    }

    /// Reads sums of a vector.
    mutating func sums(
        _ field: Field, into sums: inout [Int64], _ value: (UInt64) -> Int64
    ) throws(ProtoError) {
        try repeated(field) { number throws(ProtoError) in
            guard sums.count < Limits.topics else { throw .outOfRange("more sums than a vocabulary has topics") }
            sums.append(value(number))
        }
    }
}

extension ModelHead {
    /// Validates a decoded head.
    func validate() throws(ImpossibleValue) {
        try summary.settings.validate()
        try bookkeeping.validate(summary.settings.fixed)
        guard firstOffsets.allSatisfy({ Limits.counts.contains($0) }) else {
            throw ImpossibleValue("a partition of the input begins at a negative offset")
        }
        guard bookkeeping.through != nil || firstOffsets.count == bookkeeping.partitions.count else {
            throw ImpossibleValue(
                "the genesis model names the first offsets of \(firstOffsets.count) partitions, and knows "
                    + "\(bookkeeping.partitions.count)")
        }
        let counts = [
            ("ticks", summary.ticks), ("topics", summary.topics), ("published clusters", summary.published),
            ("suppressed clusters", summary.suppressed), ("members", summary.members),
            ("members in no cluster", summary.unassigned),
        ]
        for (name, count) in counts where !Limits.counts.contains(count) {
            throw ImpossibleValue("the model counts \(count) \(name)")
        }
    }
}

extension ModelRecord {
    /// Validates a decoded record, whose head is valid.
    func validate() throws(ImpossibleValue) {
        try model.settings.validate()
        try model.validate()
        try bookkeeping.validate(model.settings.fixed)
        guard model.opened.allSatisfy({ Int($0.partition) < bookkeeping.partitions.count }) else {
            throw ImpossibleValue(
                "the model names a partition that the input, of \(bookkeeping.partitions.count), does not have")
        }
    }

    /// Compares the content with the hash that the record's header announces.
    /// - Parameter announced: the value of the header `content_hash`; nil: the record has none.
    /// - Throws: `ProtoError.outOfRange` if they differ.
    package func check(announced: [UInt8]?) throws(ProtoError) {
        guard let announced, let contentHash else { return }
        let text = Hex.text(contentHash)
        guard Array(text.utf8) == announced else {
            throw .outOfRange(
                "its content hash is \(text), and not that of its header, "
                    + "\(String(decoding: announced.prefix(64), as: UTF8.self))")
        }
    }
}

extension StateRecord.Members {
    /// Validates a member's fields.
    func check(_ fields: MemberFields, at point: SnapshotPoint) throws(ProtoError) {
        guard Limits.counts.contains(point.offset), Limits.epochs.contains(point.epoch ?? 0),
            Limits.epochs.contains(fields.lastEpoch ?? 0)
        else { throw .outOfRange("a member was written at offset \(point.offset), epoch \(point.epoch ?? 0)") }
        guard Limits.landmarks.contains(fields.landmark) else {
            throw .outOfRange("a member's profile is of the time \(fields.landmark)")
        }
        guard fields.cluster ?? 0 < Limits.clusterID, fields.previous < Limits.clusterID else {
            throw .outOfRange("a member is in cluster \(fields.cluster ?? 0), and was in \(fields.previous)")
        }
        // Two bits are a number of days, which is 0 only if no day is known.
        guard fields.watchDays == 0 || fields.watchDays & 3 != 0 else {
            throw .outOfRange("a member watched first on day \(fields.watchDays >> 2), and on no day")
        }
    }

    /// Validates the topics of a member: those at the end.
    func check(_ range: Range<Int>) throws(ProtoError) {
        let (weights, directions) = (states.weights.span, states.directions.span)
        var squares: UInt64 = 0
        for place in range {
            guard weights[place] < 1 << 31 else {
                throw .outOfRange(
                    "a member's topic has the weight \(weights[place]), and at most \(UInt32(1) << 31 - 1)")
            }
            squares += UInt64(directions[place]) * UInt64(directions[place])
        }
        guard squares <= Limits.squares else { throw .outOfRange("a member's direction is longer than a unit vector") }
    }
}

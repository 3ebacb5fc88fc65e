package import ShoalClustering
internal import ShoalSchemas

/// `shoal.v1.ModelContent`: the input of the content hash. Canonical: fields by number, zeros omitted.
package enum ModelContent {
    package static func encode(_ model: Model) -> [UInt8] {
        var writer = ProtoWriter()
        writer.field(1, model.rules.version)
        writer.field(2, model.ticks)
        writer.message(3) { SettingsRecord.write(model.settings, &$0) }
        for entry in model.vocabulary.entries {
            writer.message(4) { writer in
                if let name = entry.name { writer.present(1, bytes: name) }
                if let candidate = entry.candidate { writer.present(2, bytes: Bytes16(candidate)) }
                writer.field(3, entry.isRemoved)
                if let removed = entry.removed { writer.present(30, removed) }
                writer.field(31, entry.lowSince)
                writer.field(32, entry.isCompanion)
            }
        }
        for entry in model.candidates.entries {
            writer.message(5) { writer in
                writer.present(1, bytes: Bytes16(entry.candidate))
                writer.packed(2, fixed32: entry.marks)
                writer.field(3, entry.named)
            }
        }
        writer.field(6, model.candidates.refused)
        writer.message(7) { write(model.unassigned, &$0) }
        for cluster in model.clusters { writer.message(8) { write(cluster, &$0) } }
        writer.field(9, model.nextID)
        for merge in model.merged {
            writer.message(10) { writer in
                writer.field(1, merge.cluster)
                writer.field(2, merge.survivor)
                writer.field(3, merge.tick)
                writer.field(30, merge.version)
            }
        }
        for touch in model.unassignedTouched { writer.message(11) { write(touch, &$0) } }
        writer.field(12, model.seedSince)
        for move in model.moves {
            writer.message(13) { writer in
                writer.field(1, move.from)
                writer.field(2, move.to)
                writer.field(3, move.reason.rawValue)
                writer.field(4, move.version)
            }
        }
        writer.field(14, model.nextUnpublishedID)
        for opening in model.opened {
            writer.message(30) { writer in
                writer.field(1, Int64(opening.partition))
                writer.field(2, opening.epoch)
            }
        }
        if let epoch = model.openedEverywhere { writer.present(31, epoch) }
        writer.field(32, model.seedViewers)
        if let epoch = model.firstEpoch { writer.present(33, epoch) }
        for sums in model.categories { writer.message(34) { DeltaRecord.write(sums, &$0) } }
        return writer.bytes
    }

    private static func write(_ sums: ClusterSums, _ writer: inout ProtoWriter) {
        writer.field(1, sums.count)
        writer.packed(2, sums.sums.map(\.topic))
        writer.packed(3, sums.sums.map(\.value))
        PublishedCounts.write(sums.published, &writer, first: 4)
    }

    private static func write(_ touch: Touch, _ writer: inout ProtoWriter) {
        writer.field(1, touch.tick)
        writer.field(2, touch.reason.rawValue)
    }

    private static func write(_ direction: [Component], _ writer: inout ProtoWriter) {
        writer.packed(1, direction.map(\.topic))
        writer.packed(2, direction.map(\.value))
    }

    private static func write(_ cluster: Cluster, _ writer: inout ProtoWriter) {
        writer.field(1, cluster.id)
        writer.message(2) { write(cluster.sums, &$0) }
        writer.message(3) { write(cluster.centroid, &$0) }
        if let until = cluster.heldUntil { writer.present(4, until) }
        writer.field(5, !cluster.isActive)
        writer.field(6, cluster.isPublished)
        writer.field(7, cluster.wasPublished)
        writer.field(8, cluster.publishedCluster)
        writer.field(9, cluster.origin.rawValue)
        writer.field(10, cluster.parent)
        writer.field(11, cluster.created)
        writer.field(12, cluster.touchedTick)
        writer.field(13, cluster.lowTicks)
        for touch in cluster.touched { writer.message(14) { write(touch, &$0) } }
        writer.packed(15, cluster.announced)
        writer.message(16) { write(cluster.announcedCentroid, &$0) }
        writer.field(17, cluster.announcedTick)
        writer.field(18, cluster.lineage.lastChange?.rawValue ?? 0)
        writer.field(19, cluster.lineage.parent)
        writer.packed(20, cluster.lineage.merged)
    }

    static func decode(_ reader: inout ProtoReader) throws(ProtoError) -> Model {
        var model = Model(settings: Settings())
        while let field = try reader.next() {
            switch field.number {
            case 1:
                // Unknown rules are refused before: see `ModelRecord.decode`.
                guard let rules = LifecycleRules(version: try reader.int64(field)) else { throw .badValue }
                model.rules = rules
            case 2: model.ticks = try reader.int64(field)
            case 3:
                try reader.message(field) { reader throws(ProtoError) in
                    model.settings = try SettingsRecord.read(&reader)
                }
            case 4:
                try reader.message(field) { reader throws(ProtoError) in
                    var entry = Vocabulary.Entry(name: nil)
                    while let field = try reader.next() {
                        switch field.number {
                        case 1: entry.name = try reader.bytes(field)
                        case 2: entry.candidate = try Bytes16.read(reader.bytes(field))
                        case 3: entry.isRemoved = try reader.bool(field)
                        case 30: entry.removed = try reader.int64(field)
                        case 31: entry.lowSince = try reader.int64(field)
                        case 32: entry.isCompanion = try reader.bool(field)
                        default: try reader.skip(field)
                        }
                    }
                    model.vocabulary.entries.append(entry)
                }
            case 5:
                try reader.message(field) { reader throws(ProtoError) in
                    var entry = CandidateTable.Entry(candidate: 0, marks: [], named: 0)
                    while let field = try reader.next() {
                        switch field.number {
                        case 1: entry.candidate = try Bytes16.read(reader.bytes(field))
                        case 2: try reader.repeatedFixed32(field) { entry.marks.append($0) }
                        case 3: entry.named = try reader.int64(field)
                        default: try reader.skip(field)
                        }
                    }
                    model.candidates.entries.append(entry)
                }
            case 6: model.candidates.refused = try reader.int64(field)
            case 7: try reader.message(field) { reader throws(ProtoError) in model.unassigned = try sums(&reader) }
            case 8:
                try reader.message(field) { reader throws(ProtoError) in model.clusters.append(try cluster(&reader)) }
            case 9: model.nextID = try reader.uint32(field)
            case 10:
                try reader.message(field) { reader throws(ProtoError) in
                    var merge = Merge(cluster: 0, survivor: 0, tick: 0, version: 0)
                    while let field = try reader.next() {
                        switch field.number {
                        case 1: merge.cluster = try reader.uint32(field)
                        case 2: merge.survivor = try reader.uint32(field)
                        case 3: merge.tick = try reader.int64(field)
                        case 30: merge.version = try reader.int64(field)
                        default: try reader.skip(field)
                        }
                    }
                    model.merged.append(merge)
                }
            case 11:
                try reader.message(field) { reader throws(ProtoError) in
                    model.unassignedTouched.append(try touch(&reader))
                }
            case 12: model.seedSince = try reader.int64(field)
            case 13: try reader.message(field) { reader throws(ProtoError) in model.moves.append(try move(&reader)) }
            case 14: model.nextUnpublishedID = try reader.uint32(field)
            case 30:
                try reader.message(field) { reader throws(ProtoError) in
                    var opening = PartitionOpening(partition: 0, epoch: 0)
                    while let field = try reader.next() {
                        switch field.number {
                        case 1: opening.partition = try reader.int32(field)
                        case 2: opening.epoch = try reader.int64(field)
                        default: try reader.skip(field)
                        }
                    }
                    model.opened.append(opening)
                }
            case 31: model.openedEverywhere = try reader.int64(field)
            case 32: model.seedViewers = try reader.int64(field)
            case 33: model.firstEpoch = try reader.int64(field)
            case 34:
                try reader.message(field) { reader throws(ProtoError) in
                    model.categories.append(try DeltaRecord.categorySums(&reader))
                }
            default: try reader.skip(field)
            }
        }
        return model
    }

    private static func sums(_ reader: inout ProtoReader) throws(ProtoError) -> ClusterSums {
        var sums = ClusterSums()
        var topics: [TopicNumber] = []
        var values: [Int64] = []
        var published = PublishedCounts()
        while let field = try reader.next() {
            switch field.number {
            case 1: sums.count = try reader.int64(field)
            case 2: try reader.topics(field, into: &topics)
            case 3: try reader.sums(field, into: &values) { Int64(bitPattern: $0) }
            case 4: try published.readClusters(field, &reader)
            case 5: try published.readCounts(field, &reader)
            case 6: try published.readCounting(field, &reader)
            default: try reader.skip(field)
            }
        }
        guard topics.count == values.count else { throw .badValue }
        sums.sums = zip(topics, values).map { SumEntry(topic: $0, value: $1) }
        sums.published = try published.entries()
        return sums
    }

    private static func move(_ reader: inout ProtoReader) throws(ProtoError) -> PublishedMove {
        var (from, to, version): (ClusterID, ClusterID, Epoch) = (0, 0, 0)
        var reason: Reason?
        while let field = try reader.next() {
            switch field.number {
            case 1: from = try reader.uint32(field)
            case 2: to = try reader.uint32(field)
            case 3: reason = Reason(rawValue: UInt8(clamping: try reader.uint64(field)))
            case 4: version = try reader.int64(field)
            default: try reader.skip(field)
            }
        }
        guard let reason else { throw .badValue }
        return PublishedMove(from: from, to: to, reason: reason, version: version)
    }

    private static func touch(_ reader: inout ProtoReader) throws(ProtoError) -> Touch {
        var tick: Int64 = 0
        var reason: Reason?
        while let field = try reader.next() {
            switch field.number {
            case 1: tick = try reader.int64(field)
            case 2: reason = Reason(rawValue: UInt8(clamping: try reader.uint64(field)))
            default: try reader.skip(field)
            }
        }
        guard let reason else { throw .badValue }
        return Touch(tick: tick, reason: reason)
    }

    private static func direction(_ reader: inout ProtoReader) throws(ProtoError) -> [Component] {
        var direction = DirectionFields()
        while let field = try reader.next() {
            switch field.number {
            case 1: try reader.topics(field, into: &direction.topics)
            case 2: try reader.components(field, into: &direction.values)
            default: try reader.skip(field)
            }
        }
        return try direction.components()
    }

    private static func cluster(_ reader: inout ProtoReader) throws(ProtoError) -> Cluster {
        var cluster = Cluster(id: 0)
        while let field = try reader.next() {
            switch field.number {
            case 1: cluster.id = try reader.uint32(field)
            case 2: try reader.message(field) { reader throws(ProtoError) in cluster.sums = try sums(&reader) }
            case 3: try reader.message(field) { reader throws(ProtoError) in cluster.centroid = try direction(&reader) }
            case 4: cluster.heldUntil = try reader.int64(field)
            case 5: cluster.isActive = try !reader.bool(field)
            case 6: cluster.isPublished = try reader.bool(field)
            case 7: cluster.wasPublished = try reader.bool(field)
            case 8: cluster.publishedCluster = try reader.uint32(field)
            case 9:
                let origin = LifecycleChange.Origin(rawValue: UInt8(clamping: try reader.uint64(field)))
                guard let origin else { throw .badValue }
                cluster.origin = origin
            case 10: cluster.parent = try reader.uint32(field)
            case 11: cluster.created = try reader.int64(field)
            case 12: cluster.touchedTick = try reader.int64(field)
            case 13: cluster.lowTicks = try reader.int64(field)
            case 14:
                try reader.message(field) { reader throws(ProtoError) in cluster.touched.append(try touch(&reader)) }
            case 15: try reader.topics(field, into: &cluster.announced)
            case 16:
                try reader.message(field) { reader throws(ProtoError) in
                    cluster.announcedCentroid = try direction(&reader)
                }
            case 17: cluster.announcedTick = try reader.int64(field)
            case 18:
                let kind = LifecycleChange.Kind(rawValue: UInt8(clamping: try reader.uint64(field)))
                guard let kind else { throw .badValue }
                cluster.lineage.lastChange = kind
            case 19: cluster.lineage.parent = try reader.uint32(field)
            case 20: try reader.repeated(field) { cluster.lineage.merged.append(ClusterID(truncatingIfNeeded: $0)) }
            default: try reader.skip(field)
            }
        }
        return cluster
    }
}

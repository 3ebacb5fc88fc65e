internal import ShoalClustering
internal import ShoalSchemas

/// `shoal.v1.Settings`: the settings recorded with models.
enum SettingsRecord {
    static func write(_ settings: Settings, _ writer: inout ProtoWriter) {
        writer.field(1, settings.fixed.epochLength)
        writer.field(2, settings.fixed.staleness)
        writer.field(3, settings.fixed.clockQuorum)
        writer.field(4, settings.fixed.clockMaxStep)
        writer.field(5, settings.fixed.dedupWindow)
        writer.field(6, settings.fixed.profileTopics)
        writer.field(7, settings.revision)
        writer.field(8, settings.halfLife)
        writer.field(9, settings.engagementMin)
        writer.field(10, settings.topicsMax)
        writer.field(11, settings.topicsMinViewers)
        for pattern in settings.sensitiveTopics { writer.present(12, bytes: pattern) }
        writer.field(13, settings.minEvents)
        if let ttl = settings.memberTTL { writer.present(14, ttl) }
        writer.field(15, settings.seedMembers)
        writer.field(16, settings.clustersInitial)
        writer.field(17, settings.clustersMin)
        writer.field(18, settings.clustersMax)
        if let count = settings.clustersCount { writer.present(19, count) }
        writer.field(20, settings.minClusterSize)
        writer.field(21, settings.publishesMemberships)
        writer.field(30, settings.newMemberTTL)
        writer.field(31, settings.membersMax)
        writer.field(50, number(of: settings.fixed.partitioner))
        writer.present(40, settings.fixed.earliestTime)
        if let time = settings.fixed.latestTime { writer.present(41, time) }
        if !settings.sensitiveTopics.isEmpty { writer.field(42, settings.unicodeVersion) }
    }

    static func read(_ reader: inout ProtoReader) throws(ProtoError) -> Settings {
        var settings = Settings()
        // An absent field means 0.
        settings.fixed.dedupWindow = 0
        settings.engagementMin = 0
        while let field = try reader.next() {
            switch field.number {
            case 1: settings.fixed.epochLength = try reader.int64(field)
            case 2: settings.fixed.staleness = try reader.int64(field)
            case 3: settings.fixed.clockQuorum = Int(try reader.int64(field))
            case 4: settings.fixed.clockMaxStep = try reader.int64(field)
            case 5: settings.fixed.dedupWindow = Int(try reader.int64(field))
            case 6: settings.fixed.profileTopics = Int(try reader.int64(field))
            case 7: settings.revision = try reader.int64(field)
            case 8: settings.halfLife = try reader.int64(field)
            case 9: settings.engagementMin = try reader.int64(field)
            case 10: settings.topicsMax = Int(try reader.int64(field))
            case 11: settings.topicsMinViewers = Int(try reader.int64(field))
            case 12: settings.sensitiveTopics.append(try reader.bytes(field))
            case 13: settings.minEvents = UInt32(clamping: try reader.int64(field))
            case 14: settings.memberTTL = try reader.int64(field)
            case 15: settings.seedMembers = Int(try reader.int64(field))
            case 16: settings.clustersInitial = Int(try reader.int64(field))
            case 17: settings.clustersMin = Int(try reader.int64(field))
            case 18: settings.clustersMax = Int(try reader.int64(field))
            case 19: settings.clustersCount = Int(try reader.int64(field))
            case 20: settings.minClusterSize = try reader.int64(field)
            case 21: settings.publishesMemberships = try reader.bool(field)
            case 30: settings.newMemberTTL = try reader.int64(field)
            case 31: settings.membersMax = Int(try reader.int64(field))
            case 50: settings.fixed.partitioner = try partitioner(try reader.int64(field))
            case 40: settings.fixed.earliestTime = try reader.int64(field)
            case 41: settings.fixed.latestTime = try reader.int64(field)
            case 42: settings.unicodeVersion = try reader.int64(field)
            default: try reader.skip(field)
            }
        }
        return settings
    }

    private static func number(of partitioner: Settings.Partitioner) -> Int64 {
        switch partitioner {
        case .murmur2: 0
        case .crc32: 1
        case .any: 2
        }
    }

    private static func partitioner(_ number: Int64) throws(ProtoError) -> Settings.Partitioner {
        switch number {
        case 0: .murmur2
        case 1: .crc32
        case 2: .any
        default: throw .badValue
        }
    }
}

import ShoalKafka

/// The topic settings that Shoal depends on, with the consequences of other values.
extension TopicPlan.Rule {
    private static let hour: Int64 = 3_600_000
    private static let day = 24 * hour

    static let deleted = Self(
        name: "cleanup.policy", isRight: { $0 == "delete" },
        advice: "must be delete: compaction deletes records that a restart reads again")
    static let keepsChanges = Self(
        name: "cleanup.policy", isRight: { $0 == "delete" },
        advice: "must be delete: compaction deletes changes that subscribers have not read")
    static let keepsDeadLetters = Self(
        name: "cleanup.policy", isRight: { $0 == "delete" },
        advice:
            "must be delete: a compacted topic refuses records without a key, so such a dead letter would stop the "
            + "instance")
    static let compacted = Self(
        name: "cleanup.policy", isRight: { $0.split(separator: ",") == ["compact"] },
        advice: "must be compact: the topic is a table, which would lose members or grow without limit")
    static let forgets = Self(
        name: "max.compaction.lag.ms", isRight: { Int64($0).map { $0 <= 7 * day } ?? false },
        advice: "should be a week (604800000) or less: data of an erased viewer is deleted when the log is compacted",
        isAdvice: true)
    static let compactsSoon = Self(
        name: "min.compaction.lag.ms", isRight: { Int64($0).map { $0 <= 7 * day } ?? false },
        advice: "should be 0: nothing is compacted before, and data of an erased viewer remains", isAdvice: true)
    static let keepsTombstones = Self(
        name: "delete.retention.ms", isRight: { Int64($0).map { $0 >= hour } ?? false },
        advice:
            "must be an hour (3600000) or more: a consumer that needs longer to read the topic misses deleted members, "
            + "and keeps them")
    static let keepsInput = Self(
        name: "retention.ms", isRight: { Int64($0).map { $0 < 0 || $0 >= day } ?? false },
        advice:
            "a restart reads the input again from the last snapshot, and stops if records are missing: the retention "
            + "must be longer than the longest downtime of an instance",
        isAdvice: true)
    /// A dead letter holds 900 KiB, and a watch event 1 MiB.
    static let fitsDeadLetters = Self(
        name: "max.message.bytes", isRight: { (Int64($0) ?? 0) <= 1_200_000 },
        advice: "records above 1 MiB are dead letters, and those are cut at 900 KiB: they could not be resubmitted",
        isAdvice: true)
    static let keepsDeltas = Self(
        name: "retention.ms", isRight: { Int64($0).map { $0 < 0 || $0 >= day } ?? false },
        advice: "must be a day (86400000) or more: epoch deltas that no model includes yet are read again")
    static let keepsAllDeltas = Self(
        name: "retention.bytes", isRight: { (Int64($0) ?? 0) < 0 },
        advice: "must be -1: epoch deltas that no model includes yet are read again, whatever their size")
    /// - Parameter retention: `models.retention` in ms.
    static func keepsModels(_ retention: Int64) -> Self {
        Self(
            name: "retention.ms", isRight: { $0 == "\(retention)" },
            advice: "must be \(retention) (models.retention): earlier models contain erased viewers in their sums")
    }
    static let keepsHeads = Self(
        name: "cleanup.policy", isRight: { $0 == "delete" },
        advice: "must be delete: who may write to a compacted topic can replace a head by an earlier one")
    static let keepsAllHeads = Self(
        name: "retention.ms", isRight: { (Int64($0) ?? 0) < 0 },
        advice: "should be -1: lines are missed only as long as a later head is there", isAdvice: true)
    static let hasBrokersTime = Self(
        name: "message.timestamp.type", isRight: { $0 == "LogAppendTime" },
        advice: "should be LogAppendTime, so that a writer cannot choose the time of a head", isAdvice: true)
    static let unbounded = Self(
        name: "retention.bytes", isRight: { (Int64($0) ?? 0) < 0 },
        advice: "should be -1: models are needed as long as the input can be replayed")
    static let largeEnough = Self(
        name: "max.message.bytes", isRight: { (Int64($0) ?? 0) >= 1_000_000 },
        advice:
            "must be 1000000 or more: models and epoch deltas are split into chunks of 512 KiB, dead letters have up "
            + "to 900 KiB, and a batch of records would be refused")
    static let clean = Self(
        name: "unclean.leader.election.enable", isRight: { $0 == "false" },
        advice: "must be false: otherwise a replica that is behind can become the leader, and acknowledged records "
            + "are lost")
}

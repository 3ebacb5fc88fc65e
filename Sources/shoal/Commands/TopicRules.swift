import ShoalKafka

/// The topic settings that Shoal depends on, with the consequences of other values.
extension TopicPlan.Rule {
    private static let hour: Int64 = 3_600_000
    private static let day = 24 * hour

    static let deleted = Self(
        name: "cleanup.policy", isRight: { $0 == "delete" },
        advice: "must be delete: compaction takes records that a restart reads again")
    static let keepsChanges = Self(
        name: "cleanup.policy", isRight: { $0 == "delete" },
        advice: "must be delete: compaction takes changes that subscribers have not read")
    static let keepsDeadLetters = Self(
        name: "cleanup.policy", isRight: { $0 == "delete" },
        advice:
            "must be delete: a compacted topic refuses records without a key, and one such dead letter would stop all")
    static let compacted = Self(
        name: "cleanup.policy", isRight: { $0.split(separator: ",") == ["compact"] },
        advice: "must be compact alone: it is a table, and would lose members, or grow for ever")
    static let forgets = Self(
        name: "max.compaction.lag.ms", isRight: { Int64($0).map { $0 <= 7 * day } ?? false },
        advice: "should be a week (604800000) or less: compaction deletes the data of erased viewers",
        isAdvice: true)
    static let compactsSoon = Self(
        name: "min.compaction.lag.ms", isRight: { Int64($0).map { $0 <= 7 * day } ?? false },
        advice: "should be 0: until then nothing is compacted, and what an erased viewer left stays", isAdvice: true)
    static let keepsTombstones = Self(
        name: "delete.retention.ms", isRight: { Int64($0).map { $0 >= hour } ?? false },
        advice:
            "must be an hour (3600000) or more: a reader that takes longer misses that a member was deleted, and has "
            + "it for ever")
    static let keepsInput = Self(
        name: "retention.ms", isRight: { Int64($0).map { $0 < 0 || $0 >= day } ?? false },
        advice:
            "a restart reads the input from its last snapshot on, and fails if records are missing: keep them for "
            + "longer than an instance may be away",
        isAdvice: true)
    /// A dead letter holds 900 KiB, and a watch event 1 MiB.
    static let fitsDeadLetters = Self(
        name: "max.message.bytes", isRight: { (Int64($0) ?? 0) <= 1_200_000 },
        advice: "records above 1 MiB are dead letters, and those are cut at 900 KiB: they could not be resubmitted",
        isAdvice: true)
    static let keepsDeltas = Self(
        name: "retention.ms", isRight: { Int64($0).map { $0 < 0 || $0 >= day } ?? false },
        advice: "must be a day (86400000) or more: closings that no model includes yet are read again")
    static let keepsAllDeltas = Self(
        name: "retention.bytes", isRight: { (Int64($0) ?? 0) < 0 },
        advice: "must be -1: closings that no model includes yet are read again, however many they are")
    static let keepsModels = Self(
        name: "retention.ms", isRight: { (Int64($0) ?? 0) < 0 },
        advice:
            "should be -1: models are needed for as long as the input can be replayed, and a partition that was silent "
            + "for longer than they are kept stops its instance with 72 when it wakes")
    static let unbounded = Self(
        name: "retention.bytes", isRight: { (Int64($0) ?? 0) < 0 },
        advice: "should be -1: models are needed for as long as the input can be replayed")
    static let largeEnough = Self(
        name: "max.message.bytes", isRight: { (Int64($0) ?? 0) >= 1_000_000 },
        advice:
            "must be 1000000 or more: models and closings come in parts of 512 KiB, dead letters have up to 900 KiB, "
            + "and a batch of records would be refused")
    static let clean = Self(
        name: "unclean.leader.election.enable", isRight: { $0 == "false" },
        advice: "must be false: otherwise an outdated replica may become leader, and acknowledged records are lost")
}

internal import ShoalClustering
internal import ShoalKafka
internal import ShoalPipeline
internal import ShoalSchemas

/// Repeats a live run as if some viewers had never been, and compares its models with the recorded ones. Joins no group
/// and writes nothing.
public struct Unlearning: Sendable {
    private let verification: Verification
    private let viewers: [[UInt8]]
    public var progress: ReplayProgress { verification.progress }

    /// - Parameters:
    ///   - verification: The run, without checkpoints.
    ///   - viewers: The ids of the viewers that are left out.
    public init(_ verification: Verification, without viewers: [[UInt8]]) {
        self.verification = verification
        self.viewers = viewers
    }

    /// - Throws: `ReplayError` (`incomparable`) if required data is missing, or the configuration differs from the
    ///   recorded one; `KafkaError`.
    public func run() async throws -> UnlearningReport {
        let admin = try Admin(verification.client)
        let topics = verification.topics
        // Models first: each includes only data before positions that are read later.
        let high = try await verification.watermarks(admin, topics.models, 0).high
        let committed = try await verification.positions(admin)
        let run = try await RecordedRun(
            topics.models, of: verification.application, key: verification.options.key, through: high,
            client: verification.client, progress)
        try verification.check(run)
        let inputRanges = try await verification.ranges(admin, run, committed, [:])
        let input = try TopicInput(
            topics.input, verification.client, verification.options, progress,
            recorded: run.genesis.model.settings.fixed,
            ranges: inputRanges.map { $0.from..<$0.end }, partitions: run.genesis.firstOffsets.count)
        let key = verification.options.key
        let replay = UnlearningReplay(
            run, inputRanges, left: Set(viewers.map { key.storedPseudonym(of: $0) }), key: key, progress)
        var report = try await replay.report { inputRange in
            try input.source(inputRange.partition, inputRange.from..<inputRange.end, at: Int(inputRange.partition))
        }
        (report.application, report.viewers) = (verification.application, viewers.count)
        return report
    }
}

extension Verification.InputRange {
    /// The offset after the last record that is replayed without some viewers. The record at the committed position may
    /// have closed an epoch already.
    var end: Int64 { min(max(target.offset + 1, from), max(high, from)) }
}

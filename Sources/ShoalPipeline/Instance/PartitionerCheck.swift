internal import ShoalClustering
internal import ShoalKafka

/// Whether the input was written with the partitioner that `input.partitioner` names.
///
/// With another one, erasures would not reach the profiles that they are meant for; with both, a viewer would become two members.
struct PartitionerCheck {
    let topic: String
    let setting: Settings.Partitioner
    /// Whether the setting can still be chosen: it is fixed once the application has begun.
    let isNew: Bool

    /// Partitions whose watermarks are asked for.
    private static let most: Int32 = 256

    /// Returns a warning about misplaced keys; nil if there are none.
    /// - Throws: `PipelineError` if a new application would begin with the wrong setting.
    func judge(_ sample: PlacementSample) throws(PipelineError) -> String? {
        guard let text = sample.text(topic, setting) else { return nil }
        if let right = sample.contradicts(setting) {
            guard isNew else {
                return "\(text). The setting is fixed for the application. Configure all producers to use "
                    + "\(setting.rawValue), or start a new application with input.partitioner=\(right.rawValue)"
            }
            throw PipelineError(
                .configuration,
                "input.partitioner=\(setting.rawValue) does not fit: \(text). Set input.partitioner=\(right.rawValue), "
                    + "or configure all producers to use \(setting.rawValue)")
        }
        return
            "\(text). Configure all producers to use \(setting.rawValue). If they have a custom partitioner, start a "
            + "new application with input.partitioner=any"
    }

    /// Samples the newest records, and warns or throws.
    static func look(_ options: PipelineOptions, _ admin: Admin, _ log: PipelineLog) async throws(PipelineError) {
        let (topic, setting) = (options.topics.input, options.settings.fixed.partitioner)
        guard setting != .any else { return }
        let sample: PlacementSample
        let isNew: Bool
        do {
            guard let count = try await admin.partitions(of: topic) else { return }
            isNew = try await admin.watermarks(of: TopicPartition(options.topics.models, 0)).high == 0
            sample = try await .read(topic, try await marks(topic, count, admin), of: count, options.kafka)
        } catch {
            // The take-over meets the same error, and knows how to handle it.
            log.debug("partitioner of the input not checked", ("topic", topic), ("error", error.message))
            return
        }
        let check = PartitionerCheck(topic: topic, setting: setting, isNew: isNew)
        if let text = try check.judge(sample) {
            log.warning("the partitioner of the input differs", ("topic", topic), ("problem", text))
        }
    }

    /// The watermarks of the partitions, or of some of them, evenly spread.
    private static func marks(
        _ topic: String, _ count: Int32, _ admin: Admin
    ) async throws -> [Int32: Admin.Watermarks] {
        let step = max(count / most, 1)
        return try await withThrowingTaskGroup(of: (Int32, Admin.Watermarks).self) { tasks in
            var found: [Int32: Admin.Watermarks] = [:]
            for partition in stride(from: 0, to: count, by: Int(step)) {
                if partition >= 32 * step, let (number, marks) = try await tasks.next() { found[number] = marks }
                tasks.addTask { (partition, try await admin.watermarks(of: TopicPartition(topic, partition))) }
            }
            for try await (number, marks) in tasks { found[number] = marks }
            return found
        }
    }
}

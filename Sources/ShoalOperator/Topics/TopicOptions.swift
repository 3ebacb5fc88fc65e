import ShoalKafka
import ShoalOperations
import ShoalPipeline
import ShoalSchemas
import ShoalSettings

/// The properties of a topic that the options of `topics create` name.
struct TopicOptions {
    /// nil: any.
    var partitions: Int32?
    var replication: Int32?
    /// In ms.
    var retention: Int64?

    /// Takes the options that were given and concern this topic. Defaults concern no topic that exists.
    init(_ creation: TopicCreation, _ plan: TopicPlan, _ configuration: Configuration) {
        let topics = configuration.topics
        let dealt = [topics.input, topics.changes, topics.members].compactMap(\.self)
        if creation.partitions != nil, dealt.contains(plan.topic.name) { partitions = plan.topic.partitions }
        if creation.replication != nil { replication = plan.topic.replication }
        if plan.topic.name == topics.input { retention = creation.retention }
    }

    /// Compares a topic that exists.
    /// - Parameter settings: the topic's settings at the broker.
    /// - Returns: a text for each difference.
    func differences(_ layout: Admin.Layout, _ settings: [String: String]) -> [String] {
        var differences: [String] = []
        if let partitions, layout.partitions != partitions {
            differences.append("it has \(layout.partitions) partitions instead of \(partitions) (--partitions)")
        }
        if let replication, layout.replicas > 0, layout.replicas != Int(replication) {
            differences.append("it has \(layout.replicas) replicas instead of \(replication) (--replication)")
        }
        if let retention, let found = settings["retention.ms"].flatMap({ Int64($0) }), found != retention {
            let time = found < 0 ? "unlimited" : Formatting.setting(found)
            differences.append(
                "its retention is \(time) instead of \(Formatting.setting(retention)) (--input-retention)")
        }
        return differences
    }
}

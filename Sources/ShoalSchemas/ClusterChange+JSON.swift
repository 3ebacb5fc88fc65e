extension ClusterChange {
    /// Appends the JSON form: the schema's field names, with kinds and reasons as lower-case words.
    public func encodeJSON(into buffer: inout [UInt8]) {
        var writer = JSONWriter(buffer)
        writer.field("change_id", hex: id)
        writer.field("kind", text: kind.name)
        if let member { writer.field("member", hex: member) }
        if !kind.isOfMember { writer.field("cluster", Int64(cluster)) }
        if kind.isOfMember {
            writer.field("from", Int64(from))
            writer.field("to", Int64(to))
        }
        if let why { writer.field("why", text: why.name) }
        if kind.isOfMember { writer.field("similarity", Int64(similarity)) }
        if let modelVersion { writer.field("model_version", modelVersion) }
        if let eventTime { writer.field("event_time_ms", eventTime) }
        if let inputPartition { writer.field("input_partition", Int64(inputPartition)) }
        if let inputOffset { writer.field("input_offset", inputOffset) }
        if !kind.isOfMember {
            if otherCluster != 0 { writer.field("other_cluster", Int64(otherCluster)) }
            writer.field("members", members)
            writer.field("leading_topics", texts: leadingTopics)
            if !formerTopics.isEmpty { writer.field("former_topics", texts: formerTopics) }
            if cohesion != 0 { writer.field("cohesion", Int64(cohesion)) }
            if !branchTopics.isEmpty { writer.field("branch_topics", texts: branchTopics) }
            if !branchClusters.isEmpty { writer.field("branch_clusters", branchClusters) }
        }
        writer.end()
        buffer = writer.bytes
    }
}

import Foundation

extension ClusterChange {
    /// Decodes either form. A value that begins with `{` is JSON.
    /// - Throws: `ProtoError` if the bytes are neither.
    public init(_ bytes: [UInt8]) throws(ProtoError) {
        if bytes.first == UInt8(ascii: "{") {
            try self.init(json: bytes)
        } else {
            try self.init(protobuf: bytes.span)
        }
    }

    /// The JSON form for `JSONDecoder`.
    private struct Form: Decodable {
        var changeId: String
        var kind: String
        var member: String?
        var cluster: UInt32?
        var from: UInt32?
        var to: UInt32?
        var why: String?
        var similarity: UInt32?
        var modelVersion: JSONInteger?
        var eventTimeMs: JSONInteger?
        var inputPartition: Int32?
        var inputOffset: JSONInteger?
        var otherCluster: UInt32?
        var members: JSONInteger?
        var leadingTopics: [String]?
        var formerTopics: [String]?
        var cohesion: UInt32?
        var branchTopics: [String]?
        var branchClusters: [UInt32]?

        /// The field names of the schema.
        private enum CodingKeys: String, CodingKey {
            case kind, member, cluster, from, to, why, similarity, members, cohesion
            case changeId = "change_id"
            case modelVersion = "model_version"
            case eventTimeMs = "event_time_ms"
            case inputPartition = "input_partition"
            case inputOffset = "input_offset"
            case otherCluster = "other_cluster"
            case leadingTopics = "leading_topics"
            case formerTopics = "former_topics"
            case branchTopics = "branch_topics"
            case branchClusters = "branch_clusters"
        }
    }

    private init(json bytes: [UInt8]) throws(ProtoError) {
        guard let form = try? JSONDecoder().decode(Form.self, from: Data(bytes)),
            let kind = Kind.allCases.first(where: { $0.name == form.kind }),
            let id = UInt128(form.changeId, radix: 16)
        else { throw .badValue }
        self.init(id: id, kind: kind)
        member = form.member.flatMap { UInt128($0, radix: 16) }
        if form.member != nil, member == nil { throw .badValue }
        cluster = form.cluster ?? 0
        from = form.from ?? 0
        to = form.to ?? 0
        why = Reason.allCases.first { $0.name == form.why }
        similarity = form.similarity ?? 0
        modelVersion = form.modelVersion?.value
        eventTime = form.eventTimeMs?.value
        inputPartition = form.inputPartition
        inputOffset = form.inputOffset?.value
        otherCluster = form.otherCluster ?? 0
        members = form.members?.value ?? 0
        leadingTopics = form.leadingTopics ?? []
        formerTopics = form.formerTopics ?? []
        cohesion = form.cohesion ?? 0
        branchTopics = form.branchTopics ?? []
        branchClusters = form.branchClusters ?? []
    }
}

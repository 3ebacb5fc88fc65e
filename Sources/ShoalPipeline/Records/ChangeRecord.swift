package import ShoalClustering
internal import ShoalSchemas
package import ShoalSettings

/// Encodes engine changes as records of the output topic, with published pseudonyms. Not for two threads.
package struct ChangeRecord {
    let format: OutputFormat
    private let pseudonyms: PublishedPseudonyms
    private let ids: ChangeIDs

    package init(format: OutputFormat, key: PrivacyKey) {
        self.format = format
        pseudonyms = PublishedPseudonyms(key)
        ids = ChangeIDs(key)
    }

    /// Appends the changes of members and, if enabled, their memberships.
    package func append(
        _ changes: some Collection<MemberChange>, partition: Int32, memberships: Bool, to records: inout RecordBuffer
    ) {
        for change in changes { append(change, partition: partition, memberships: memberships, to: &records) }
    }

    private func append(
        _ change: MemberChange, partition: Int32, memberships: Bool, to records: inout RecordBuffer
    ) {
        let member = pseudonyms.published(change.member, in: change.period)
        var key: [UInt8] = []
        Hex.append(member, to: &key)
        let kind = change.kind
        let isOpening = change.reason != .event && change.reason != .erased
        let id = id(
            key: key, kind: kind, numbers: [Int64(change.from), Int64(change.to)], epoch: change.epoch,
            step: isOpening ? 1 : 0, at: ChangeIDs.Position(partition: partition, offset: change.offset))
        var record = ClusterChange(id: id, kind: kind)
        record.member = member
        record.from = change.from
        record.to = change.to
        record.why = ClusterChange.Reason(change.reason)
        record.modelVersion = change.model
        record.eventTime = change.time
        record.pseudonymPeriod = change.period
        append(record, key: key, to: &records)
        guard memberships else { return }
        let membership = Membership(cluster: change.to, modelVersion: change.model)
        let isTombstone = change.to == 0
        records.append(
            to: .members, timestamp: change.time, key: { $0 += key },
            value: isTombstone
                ? nil
                : { buffer in
                    if format == .json {
                        membership.encodeJSON(into: &buffer)
                    } else {
                        membership.encode(into: &buffer)
                    }
                })
    }

    /// Appends a lifecycle change.
    package func append(_ change: LifecycleChange, model: Model, to records: inout RecordBuffer) {
        let key = Array("cluster/\(change.cluster)".utf8)
        let kind = change.kind.published
        let id = id(
            key: key, kind: kind, numbers: [Int64(change.other), change.version], epoch: change.version, step: 0,
            at: nil)
        var record = ClusterChange(id: id, kind: kind)
        record.cluster = change.cluster
        record.otherCluster = change.other
        record.why = change.origin.flatMap { ClusterChange.Reason(rawValue: $0.reasonNumber) }
        record.modelVersion = change.version
        record.eventTime = (change.version + 1) * model.settings.fixed.epochLength
        record.members = change.members
        if let description = change.description {
            record.leadingTopics = model.names(description.leading)
            record.cohesion = Self.millionths(description.cohesion)
            record.branchTopics = model.names(description.branchTopics)
            record.branchClusters = description.branchClusters
        }
        record.formerTopics = model.names(change.before)
        append(record, key: key, to: &records)
    }

    private func append(_ record: ClusterChange, key: [UInt8], to records: inout RecordBuffer) {
        records.append(
            to: .changes, timestamp: record.eventTime, key: { $0 += key },
            value: { buffer in
                if format == .json { record.encodeJSON(into: &buffer) } else { record.encode(into: &buffer) }
            })
    }

    /// Returns min(⌊s · 10⁶ / 2³⁰⌋, 10⁶).
    package static func millionths(_ score: Int64) -> UInt32 {
        UInt32(min((max(score, 0) * 1_000_000) >> 30, 1_000_000))
    }

    private func id(
        key: [UInt8], kind: ClusterChange.Kind, numbers: [Int64], epoch: Epoch?, step: UInt8,
        at position: ChangeIDs.Position?
    ) -> UInt128 {
        var writer = ProtoWriter()
        writer.present(1, bytes: key)
        writer.present(2, kind.rawValue)
        for number in numbers { writer.present(3, number) }
        if let epoch { writer.present(4, epoch) }
        writer.present(5, step)
        return ids.id(of: writer.bytes.span, at: position)
    }
}

extension ClusterChange.Reason {
    init?(_ reason: ShoalClustering.Reason) {
        self.init(rawValue: reason.rawValue)
    }
}

extension LifecycleChange.Origin {
    /// The reason's number in the schema.
    var reasonNumber: UInt8 {
        switch self {
        case .seed: ClusterChange.Reason.seed.rawValue
        case .split: ClusterChange.Reason.split.rawValue
        case .birth: ClusterChange.Reason.birth.rawValue
        }
    }
}

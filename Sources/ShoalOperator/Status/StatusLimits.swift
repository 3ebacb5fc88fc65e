import ShoalKafka
import ShoalOperations
package import ShoalPipeline
import ShoalSchemas

/// The limits of `shoal status --check`.
package struct StatusLimits {
    package var instances = 1
    /// The maximum lag in records, and in milliseconds of event time; `nil` for any.
    package var lag: Int?
    package var eventLag: Int64?

    package init() {}

    /// Returns one line per problem.
    package func problems(of status: ApplicationStatus) -> [String] {
        var problems: [String] = []
        let group = status.group
        let own = group.instances.count { !$0.isForeign }
        if own < instances {
            let found = own == 0 ? "no instance is running" : "\(own) instances are running"
            problems.append("\(found), but \(instances) are required: group \(status.application) is \(group.state)")
        }
        func add(_ partitions: [ApplicationStatus.Partition], _ text: String) {
            guard !partitions.isEmpty else { return }
            problems.append("partition \(Formatting.list(partitions.map(\.partition))): \(text)")
        }
        for member in group.instances where member.isForeign {
            let partitions =
                member.partitions.isEmpty ? "no partition" : "partition \(Formatting.list(member.partitions))"
            problems.append(
                "a foreign member is in group \(status.application): client \"\(member.client)\" at \(member.host) has "
                    + "\(partitions). Stop that program, or give it another group")
        }
        add(
            status.partitions.filter { $0.position != nil && $0.phase == nil },
            "its committed position was not written by Shoal: another program commits as group \(status.application)")
        if group.state == .stable {
            add(status.partitions.filter { $0.instance == nil }, "it has no owner, although the group is stable")
            if !group.instances.contains(where: \.isCoordinator) {
                problems.append("the delta topic's partition has no owner, so no model is published")
            }
        }
        if let model = status.model {
            add(status.partitions.filter { $0.position == nil }, "it has no committed position")
            if model.partitions != status.partitions.count {
                problems.append(
                    "the input has \(status.partitions.count) partitions, but the application started with "
                        + "\(model.partitions)")
            }
        } else {
            problems.append("there is no model: the application has not started")
        }
        if let problem = status.placement?.problem { problems.append(problem) }
        if let lag { add(status.partitions.filter { $0.lag > lag }, "more than \(lag) records behind") }
        if let eventLag {
            let seconds = Double(eventLag) / 1_000
            let late = status.partitions.filter { ($0.eventTimeLagSeconds ?? 0) > seconds }
            add(late, "more than \(Formatting.span(seconds)) of event time behind")
        }
        return problems + status.unknown
    }
}

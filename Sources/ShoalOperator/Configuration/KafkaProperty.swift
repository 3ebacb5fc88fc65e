import ShoalKafka
import ShoalOperations

/// Explains librdkafka's properties, which settings `kafka.NAME` pass on, in terms of Shoal's settings.
package enum KafkaProperty {
    /// Why users cannot set the properties that Shoal's guarantees depend on.
    static let reasons: [String: String] = [
        "isolation.level": "only committed records are read",
        "enable.auto.commit": "offsets are committed in transactions only",
        "enable.auto.offset.store": "offsets are committed in transactions only",
        "auto.offset.reset": "a position out of range is an error; input.start sets the start of a new application",
        "group.id": "it is application.id",
        "group.instance.id": "it is instance.id",
        "transactional.id": "it is made of application.id and instance.id",
        "transaction.timeout.ms": "it is transaction.timeout",
        "enable.idempotence": "exactly-once semantics requires it",
        "acks": "exactly-once semantics requires all",
        "request.required.acks": "exactly-once semantics requires all",
        "enable.partition.eof": "Shoal must detect the end of a partition",
        "partitioner":
            "input.partitioner names the partitioner of the input; Shoal itself publishes with murmur2_random",
        "max.in.flight": "the order of records requires at most 5",
        "max.in.flight.requests.per.connection": "the order of records requires at most 5",
        "group.protocol": "the classic protocol checks the generation of every commit",
    ]

    /// Returns the problem with the value of a property, or `nil` if there is none.
    package static func problem(with name: String, value: String) -> String? {
        guard let problem = ClientConfiguration.problem(with: name, value: value) else { return nil }
        return switch problem {
        case .owned: "Shoal sets it itself: \(reasons[name] ?? "")"
        case .cooperativeRebalancing:
            "Shoal needs eager rebalancing: range or roundrobin; instance.id keeps the assignment across restarts"
        case .tokens: "This version of Shoal cannot fetch OAuth tokens. \(ways)"
        case .mechanism(let mechanism): "The mechanism \(mechanism) is not supported. \(ways)"
        case .unknown:
            "librdkafka \(ClientConfiguration.libraryVersion) has no such setting"
                + (Names.nearest(name, ClientConfiguration.names).map { "; did you mean kafka.\($0)?" } ?? "")
        case .refused(let reason): reason
        }
    }

    private static let ways =
        "Use \(ClientConfiguration.mechanisms.dropFirst().joined(separator: ", ")), GSSAPI (Kerberos), or certificates "
        + "(kafka.security.protocol=ssl)."
}

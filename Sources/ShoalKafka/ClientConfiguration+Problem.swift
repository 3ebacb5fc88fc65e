internal import CShoalRdKafka

extension ClientConfiguration {
    /// The reason why a property cannot have a value.
    public enum Problem: Equatable, Sendable {
        /// The clients set the property themselves (`owned`).
        case owned
        /// librdkafka has no such property.
        case unknown
        /// Group members need eager rebalancing.
        case cooperativeRebalancing
        /// No client fetches OAuth tokens.
        case tokens
        /// The SASL mechanism is not one of `mechanisms`.
        case mechanism(String)
        /// librdkafka refuses the value, with this reason.
        case refused(String)
    }

    /// The supported SASL mechanisms. librdkafka accepts others, but cannot connect with them.
    public static let mechanisms = ["GSSAPI", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]

    /// Returns the problem with a property, or `nil` if it can have this value.
    public static func problem(with name: String, value: String) -> Problem? {
        if owned.contains(name) { return .owned }
        if name == "partition.assignment.strategy", value.contains("cooperative") { return .cooperativeRebalancing }
        if name.hasPrefix("sasl.oauthbearer.") || name == "enable.sasl.oauthbearer.unsecure.jwt" { return .tokens }
        if name == "sasl.mechanism" || name == "sasl.mechanisms", !mechanisms.contains(value) {
            return value == "OAUTHBEARER" ? .tokens : .mechanism(value)
        }
        let conf = unsafe rd_kafka_conf_new()
        defer { unsafe rd_kafka_conf_destroy(conf) }
        var text = [CChar](repeating: 0, count: 512)
        return switch unsafe rd_kafka_conf_set(conf, name, value, &text, text.count) {
        case RD_KAFKA_CONF_OK: nil
        case RD_KAFKA_CONF_UNKNOWN: .unknown
        default: .refused(string(text))
        }
    }
}

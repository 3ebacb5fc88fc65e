internal import CShoalRdKafka
import Foundation

/// librdkafka properties by name, as set by the user. Each client adds those that it owns.
public struct ClientConfiguration: Sendable {
    /// A line of librdkafka's log.
    public struct LogLine: Sendable {
        /// The syslog level: 3 error, 4 warning, 6 information, 7 debug.
        public var level: Int32
        public var facility: String
        public var text: String
    }

    public var settings: [String: String]
    /// Receives librdkafka's log lines; called on its threads.
    public var log: @Sendable (LogLine) -> Void
    /// Keeps the positions of transactions in place of the broker; nil: the broker does.
    public var offsets: TransactionalOffsets?
    /// The clients created from this configuration and its copies.
    public let clients = Clients()

    public init(_ settings: [String: String], log: @escaping @Sendable (LogLine) -> Void = { _ in }) {
        self.settings = settings
        self.log = log
    }

    /// Properties that the clients of this module set themselves.
    public static let owned: Set<String> = [
        "isolation.level", "enable.auto.commit", "enable.auto.offset.store", "auto.offset.reset", "group.id",
        "group.instance.id", "transactional.id", "transaction.timeout.ms", "enable.idempotence", "acks",
        "request.required.acks", "enable.partition.eof", "partitioner", "max.in.flight",
        "max.in.flight.requests.per.connection", "group.protocol",
    ]

    /// Returns whether the value of a setting may be or contain a secret, which is shown as `***`. The decision is by
    /// name, so that it also covers settings of later librdkafka versions, and all values that librdkafka omits from
    /// its own log. Other paths are not secret.
    public static func isSecret(_ name: String, value: String = "") -> Bool {
        // As https://user:password@host/.
        if let scheme = value.firstRange(of: "://"),
            value[scheme.upperBound...].prefix(while: { $0 != "/" }).contains("@")
        {
            return true
        }
        // The path of the private key is one of the values that librdkafka itself leaves out of its log.
        if name == "ssl.key.location" { return true }
        if name.hasSuffix(".location") || name.hasSuffix(".file") { return false }
        let words = [
            "password", "passphrase", "secret", "token", "assertion", "credential", "private", "jaas", "jwt", "key",
        ]
        return words.contains { name.contains($0) } && !["sasl.kerberos.keytab", "ssl.keystore.type"].contains(name)
            || name.hasPrefix("ssl.") && name.hasSuffix(".pem") || name.hasPrefix("sasl.oauthbearer.")
            || name == "sasl.username"
    }

    /// The sorted names of librdkafka's properties, without those that clients own; for suggestions.
    public static var names: [String] {
        var text: UnsafeMutablePointer<CChar>?
        var size = 0
        // Safe: the stream owns the memory until it is closed, then the caller does. It is terminated by a zero.
        guard let stream = unsafe open_memstream(&text, &size) else { return [] }
        unsafe rd_kafka_conf_properties_show(stream)
        unsafe fclose(stream)
        defer { unsafe free(text) }
        let table = unsafe text.map { unsafe String(cString: $0) } ?? ""
        let names = table.split(separator: "\n").compactMap { line -> String? in
            // Rows of the table have the form `name | scope | range | …`.
            let cells = line.split(separator: "|", maxSplits: 2)
            guard cells.count == 3, let name = cells[0].split(separator: " ").first, name.contains(".") else {
                return nil
            }
            return String(name)
        }
        return Set(names).subtracting(owned).sorted()
    }

    /// librdkafka's version, such as "2.0.2".
    public static var libraryVersion: String { unsafe String(cString: rd_kafka_version_str()) }

    /// Creates a configuration object from the user's properties and `added` ones, which take precedence.
    func conf(adding added: [String: String]) throws(KafkaError) -> OpaquePointer? {
        let conf = unsafe rd_kafka_conf_new()
        // Reconnect within a second. librdkafka's default backoff grows to ten.
        var all = [
            "socket.nagle.disable": "true", "log.connection.close": "false", "reconnect.backoff.max.ms": "1000",
        ]
        all.merge(settings) { _, user in user }
        all.merge(added) { _, ours in ours }
        for (name, value) in all.sorted(by: { $0.key < $1.key }) {
            var text = [CChar](repeating: 0, count: 512)
            if unsafe rd_kafka_conf_set(conf, name, value, &text, text.count) != RD_KAFKA_CONF_OK {
                unsafe rd_kafka_conf_destroy(conf)
                throw KafkaError(
                    RD_KAFKA_RESP_ERR__INVALID_ARG, .settingProperty(name), severity: .fatal, text: Self.string(text))
            }
        }
        return unsafe conf
    }

    static func string(_ text: [CChar]) -> String {
        String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

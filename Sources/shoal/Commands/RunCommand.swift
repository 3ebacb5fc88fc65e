import ShoalOperations
import ShoalOperator

extension Command {
    static let run = Command(
        name: "run", summary: "read watch events as a group member and publish cluster changes",
        isStoppable: true,
        details: """
            Joins the consumer group application.id, takes over its share of the input's partitions, and publishes cluster
            changes with exactly-once semantics. SIGTERM and Ctrl-C: process what was read, commit, and leave the group; a second
            signal ends the process at once. SIGHUP, unless from a terminal: read the settings again, and apply log.level and the
            brokers' user and password; the log lists other changed settings and what they require. Under systemd (Type=notify,
            WatchdogSec) the process reports when it is ready, what it waits for, and that all of its components make progress.
            """,
        examples: [
            "(umask 077; openssl rand -hex 32 > shoal.key)",
            "shoal topics create --set kafka.bootstrap.servers=broker:9092",
            "shoal run --set kafka.bootstrap.servers=broker:9092 --set privacy.key-file=shoal.key",
            "shoal run --config /etc/shoal/shoal.properties",
        ]
    ) { arguments in
        let configuration = try arguments.configuration()
        try await InstanceService.start(configuration) { try arguments.configuration() }
        return .ok
    }
}

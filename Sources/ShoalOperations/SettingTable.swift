internal import ShoalSchemas

extension Setting {
    private static let day: Int64 = 86_400_000

    /// All settings, except librdkafka's properties, which have the prefix `kafka.`.
    public static let table: [Setting] = [
        Setting(
            "application.id", .name, "shoal", .no,
            "The consumer group; the internal topics and the transactional ids begin with it."),
        Setting(
            "instance.id", .text, nil, .no,
            "Tells the group's instances apart, and stays the same across restarts (static membership). The host name unless set; further processes on the same host add -2, -3 and so on."
        ),
        Setting("kafka.bootstrap.servers", .text, "localhost:9092", .no, "The brokers to begin with."),
        Setting("input.topic", .name, "watch-events", .no, "The watch events."),
        Setting(
            "input.format", .choice(WatchEventReader.Format.names), "auto", .fixed,
            "`auto`: what begins with `{` is JSON; a Confluent frame is stripped."),
        Setting(
            "input.viewer", .choice(["field", "key"]), "field", .fixed,
            "`field`: the viewer is user_id, and the key has to be the same bytes; `key`: the viewer is the key."),
        Setting(
            "input.partitioner", .choice(["murmur2", "crc32", "any"]), "murmur2", .fixed,
            "How producers choose the partition of a viewer, which has to be the same for all of them. `murmur2`: Java clients, Kafka Streams, Flink, `partitioner=murmur2_random` in librdkafka; `crc32`: the default of librdkafka and its clients (Python, Go, .NET, kcat); `any`: something else. Records elsewhere are counted, and erasures elsewhere become dead letters; `any` checks nothing."
        ),
        Setting(
            "input.time-range", .timeRange, "auto", .fixed,
            "Event times outside of it are dead letters. `auto`: from the year 2000 to one year after the record's own timestamp, and to the year 2100 in a file; `any`: 1970 to 9999."
        ),
        Setting(
            "input.start", .text, "beginning", .start,
            "Where a new application begins: beginning, end, or a time in ms since 1970. Looked at once, when the genesis model is written."
        ),
        Setting(
            "output.topic", .name, "cluster-changes", .no,
            "Who moved; which cluster was born, split, merged, drifted, died."),
        Setting("output.format", .choice(["protobuf", "json"]), "protobuf", .no, "The form of what is published."),
        Setting(
            "members.topic", .name, nil, .yes, "A compacted topic that holds each member's cluster. Off unless named."),
        Setting(
            "dead-letters.topic", .name, nil, .no,
            "Records that are no watch events, with the reason. `<input.topic>-dead-letters` unless set."),
        Setting(
            "dead-letters.content", .choice(["full", "reason"]), "full", .no,
            "`reason`: only position and reason, without the original bytes."),
        Setting(
            "epoch.length", .duration(1...(3_650 * day)), "1h", .fixed,
            "The span of event time after which models are made."),
        Setting(
            "epoch.staleness", .integer(1...8), "2", .fixed, "Events of epoch e are clustered with model e − staleness."
        ),
        Setting(
            "epoch.idle-timeout", .duration(100...day), "30s", .no,
            "How long a partition stands at its end before epochs go on without it. Wall clock."),
        Setting(
            "epoch.future", .choice(["wait", "allow"]), "wait", .no,
            "`wait`: an epoch ends when it has ended by the wall clock, too; `allow`: for synthetic streams."),
        Setting(
            "clock.quorum", .integer(2...64), "8", .fixed,
            "How many viewers of a partition have to have reached an epoch before the partition moves on; never one alone."
        ),
        Setting(
            "clock.max-step", .integer(1...1_000_000), "24", .fixed,
            "How many epochs beyond the open one a viewer counts at most."),
        Setting(
            "profile.half-life", .duration(1...(36_500 * day)), "24h", .yes, "After which time a watch weighs half."),
        Setting("profile.topics", .integer(1...64), "16", .fixed, "The most topics in a profile."),
        Setting(
            "engagement.min", .percent, "5%", .yes,
            "Share of a video below which a watch counts as an event without weight."),
        Setting("topics.max", .integer(1...1_000_000), "65536", .yes, "The most topics in the vocabulary."),
        Setting(
            "topics.min-viewers", .integer(1...64), "5", .yes,
            "How many different viewers a topic outside topics.file needs before it counts."),
        Setting(
            "topics.file", .file, nil, .start,
            "Topics that count from the start, one name a line. Read when an application begins; without it, topics are admitted as viewers watch them."
        ),
        Setting(
            "members.min-events", .integer(1...1_000_000), "5", .yes,
            "Events that a viewer needs before he is assigned."),
        Setting(
            "member.ttl", .duration(1...(36_500 * day)), nil, .yes,
            "Event time after which a silent member is forgotten. Never unless set."),
        Setting(
            "member.new-ttl", .duration(1...(36_500 * day)), "7d", .yes,
            "Event time after which a silent viewer is forgotten who has fewer than members.min-events events, or no topic."
        ),
        Setting(
            "members.max", .integer(1...100_000_000), "10000000", .yes,
            "The most viewers of a partition. Events of new viewers beyond it are refused and counted (shoal_refused_events_total)."
        ),
        Setting(
            "clusters.seed-members", .integer(2...10_000_000), "1000", .yes,
            "Eligible viewers that the first clusters wait for."),
        Setting("clusters.count", .integer(1...2_000), nil, .yes, "A fixed number of clusters."),
        Setting("clusters.initial", .integer(1...2_000), "16", .yes, "How many clusters there are at first."),
        Setting("clusters.min", .integer(1...2_000), "2", .yes, "The fewest clusters."),
        Setting("clusters.max", .integer(1...2_000), "128", .yes, "The most clusters."),
        Setting(
            "commit.interval", .duration(1...60_000), "100ms", .no,
            "How often what was produced is committed; at once when a closing or a model waits."),
        Setting(
            "snapshot.interval", .duration(100...86_400_000), "30s", .no,
            "How often each partition's members that have changed are written to the state topic, so that a restart is quick."
        ),
        Setting(
            "checkpoint.directory", .text, nil, .no,
            "Where a copy of each partition's state is kept on this host, so that a restart reads only what is newer. Nowhere unless set."
        ),
        Setting(
            "checkpoint.interval", .duration(1_000...86_400_000), "10m", .no, "How often these copies are made anew."),
        Setting(
            "checkpoint.keep", .duration(1_000...(365 * day)), "1d", .no,
            "After which a copy that was not made anew is deleted, as of a partition that another host has by now."),
        Setting("transaction.max-bytes", .bytes(1_024...(1 << 30)), "4MiB", .no, "The most that a transaction takes."),
        Setting(
            "transaction.timeout", .duration(1_000...900_000), "10s", .no,
            "After which brokers abort an open transaction."),
        Setting(
            "outbox.max-bytes", .bytes(1_024...(1 << 34)), "16MiB", .no,
            "What may wait for a commit before partitions pause."),
        Setting("dedup.window", .integer(0...16_777_216), "65536", .fixed, "How many event ids a partition remembers."),
        Setting(
            "privacy.key-file", .file, nil, .fixed,
            "The key of the pseudonyms: 64 hexadecimal digits. Or the variable SHOAL_PRIVACY_KEY. `openssl rand -hex 32` makes one."
        ),
        Setting(
            "privacy.sensitive-topics", .list, nil, .yes,
            "Topics that never enter a profile. Case, accents' encodings, width, white space and invisible characters do not count; `*` at the end makes a prefix."
        ),
        Setting(
            "privacy.min-cluster-size", .integer(1...1_000_000_000), "100", .yes,
            "Nothing is published about clusters with fewer members."),
        Setting(
            "settings.revision", .integer(0...Int64.max), "0", .yes,
            "Orders the settings that reach the result: raise it to change them."),
        Setting("shutdown.timeout", .duration(100...3_600_000), "30s", .no, "How long a stopped instance may drain."),
        Setting(
            "http.listen", .address, nil, .no,
            "Where health and metrics are served over HTTP; `:8080` is every address of the machine, port 0 any that is free. Off unless set."
        ),
        Setting(
            "watchdog.timeout", .duration(1_000...3_600_000), "60s", .no,
            "After which a part of the program that makes no progress fails /livez, and is named in the log."),
        Setting(
            "audit.file", .text, nil, .no,
            "Where each look at a single member (`shoal explain`) leaves a line: who, when, which pseudonym, why. Needed for it."
        ),
        Setting("log.level", .choice(["debug", "info", "warning", "error"]), "info", .no, "What is logged."),
        Setting(
            "log.format", .choice(["auto", "json", "text"]), "auto", .no,
            "`auto`: text on a terminal, JSON lines elsewhere."),
    ]

    private init(_ name: String, _ kind: Kind, _ defaultValue: String?, _ scope: Scope, _ text: String) {
        self.init(name: name, kind: kind, defaultValue: defaultValue, scope: scope, text: text)
    }
}

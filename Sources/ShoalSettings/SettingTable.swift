internal import ShoalClustering
internal import ShoalSchemas

extension Setting {
    private static let day: Int64 = 86_400_000
    /// The numbers of a record that are not validated.
    private static let unchecked = Int64.min...Int64.max

    /// All settings, except librdkafka's properties, which have the prefix `kafka.`.
    ///
    /// Field numbers are those of `shoal.v1.Settings`. A model that was recorded before a field existed has the default,
    /// or 0 if 0 is in the setting's range.
    public static let table: [Setting] = [
        Setting(
            "application.id", .name, \.applicationID,
            "The id of the consumer group, and the prefix of the internal topics and transactional ids."),
        Setting(
            "instance.id", .text, \.instanceID,
            "Identifies the instance in the group across restarts (static membership). Default: the host name; further processes on a host add -2, -3 and so on."
        ),
        Setting(
            "kafka.bootstrap.servers", .text, \.bootstrapServers,
            "Brokers for the first connection."),
        Setting(
            "input.topic", .name, \.inputTopic,
            "The topic with watch events."),
        Setting(
            "input.format", .choice(WatchEventReader.Format.names), \.inputFormat, scope: .fixedForLife,
            "The format of watch events. `auto`: JSON if the value begins with `{`, otherwise Protobuf; Confluent framing is skipped."
        ),
        Setting(
            "input.viewer", .word(of: WatchEventReader.Viewer.self), \.inputViewer, scope: .fixedForLife,
            "The source of the viewer id. `field`: user_id, which must equal the key; `key`: the record's key."),
        // Released programs write this field before those of `input.time-range`.
        Setting(
            "input.partitioner", .word(of: Settings.Partitioner.self), \.engine.fixed.partitioner, scope: .fixedForLife,
            field: 50, rank: 32,
            "The function by which all producers choose a viewer's partition. `murmur2`: Java clients, Kafka Streams, Flink, `partitioner=murmur2_random` in librdkafka; `crc32`: the default of librdkafka and its clients (Python, Go, .NET, kcat); `any`: another function, which disables the check. Records in other partitions are counted, and erasures there become dead letters."
        ),
        Setting(
            "input.time-range", .timeRange, \.engine.fixed.timeRange, scope: .fixedForLife,
            fields: [
                RecordedField(40, \.engine.fixed.earliestTime, isPresentIfZero: true),
                RecordedField(41, \.engine.fixed.latestTime),
            ],
            "The valid range of event times; other events become dead letters. `auto`: from the year 2000 to one year after the record's timestamp, and to the year 2100 in a file; `any`: 1970 to 9999."
        ),
        Setting(
            "input.map", .mapping, \.engine.fixed.mapping, scope: .fixedForLife,
            fields: [RecordedField(51, .list(\.engine.fixed.inputMapping))],
            "The mapping of JSON of another form to the fields of events, such as `viewer=userId,topics=genres split pipe,time=at as s`. `headers.NAME` and `key` are parts of the record. Default: the names of shoal.v1.WatchEvent."
        ),
        Setting(
            "input.start", .text, \.pipeline.start, scope: .atStart,
            "The position at which a new application starts: beginning, end, or a time in ms since 1970. Read once, when the first model is written."
        ),
        Setting(
            "output.topic", .name, \.outputTopic,
            "The topic for cluster changes."),
        Setting(
            "output.format", .word(of: OutputFormat.self), \.pipeline.outputFormat,
            "The format of cluster changes."),
        Setting(
            "output.every", .choice(Settings.OutputInterval.words), \.engine.fixed.outputEvery, scope: .fixedForLife,
            field: 52,
            "When changes of members are published. `epoch`: together, when the partition opens its next epoch, one net change for each member; `1d`, `7d`: what a member's own watches changed waits for the first epoch of the next day, or seven days, of UTC, so that fewer members can be recognised by their clusters; `event`: at once, so that whoever can read or write the input learns which change belongs to which viewer (see docs/privacy.md)."
        ),
        Setting(
            "members.topic", .name, \.membersTopic, fields: [RecordedField(21, \.engine.publishesMemberships)],
            isReported: false,
            "A compacted topic with the cluster of each member. Disabled by default."),
        Setting(
            "clusters.topic", .name, \.clustersTopic, isReported: false,
            "A compacted topic with the description and the lineage of each published cluster. An application of rules 8 writes no lineage: it takes the rules of this release with a higher settings.revision. Disabled by default."
        ),
        Setting(
            "labels.topic", .name, \.labelsTopic, isReported: false,
            "A compacted topic with labels of clusters, which `shoal label` writes, and which the page, the API and clients show beside the numbers (see docs/privacy.md). Nothing else depends on it. Requires `clusters.topic`. Disabled by default."
        ),
        Setting(
            "dead-letters.topic", .name, \.deadLettersTopic,
            "The topic for records that are not watch events, with the reason. Default: `<input.topic>-dead-letters`."),
        Setting(
            "dead-letters.content", .word(of: DeadLetterContent.self), \.pipeline.deadLetterContent,
            "The content of dead letters. `reason`: only position and reason; `full`: also the original record, which identifies a viewer and is needed by `shoal dead-letters resubmit`."
        ),
        Setting(
            "models.retention", .duration(day...(36_500 * day)), \.modelsRetention,
            "The retention of the topic with models, which `shoal topics create` sets and `shoal topics describe` checks. Earlier models contain erased viewers in their sums. At least that of the input, and longer than any partition is without events: an instance stops with 72 otherwise. Default: that of the input and a week."
        ),
        Setting(
            "epoch.length", .duration(1...(3_650 * day)), \.engine.fixed.epochLength, scope: .fixedForLife, field: 1,
            "The length of an epoch in event time. A model is made after each epoch."),
        Setting(
            "epoch.staleness", .integer(1...8), \.engine.fixed.staleness, scope: .fixedForLife, field: 2,
            "The age of the model that clusters events, in epochs: events of epoch e use model e − staleness."),
        Setting(
            "epoch.idle-timeout", .duration(100...day), \.pipeline.idleTimeout,
            "The wall clock time after which other partitions no longer wait for a partition without new records."),
        Setting(
            "epoch.future", .word(of: EpochFuture.self), \.pipeline.epochFuture,
            "`wait`: an epoch ends only after its end by the wall clock; `allow`: it may end earlier, for synthetic streams."
        ),
        Setting(
            "clock.quorum", .integer(2...64), \.engine.fixed.clockQuorum, scope: .fixedForLife, field: 3,
            recorded: 1...64,
            "The number of viewers of a partition whose events must have reached a later epoch before the partition advances."
        ),
        Setting(
            "clock.max-step", .integer(1...1_000_000), \.engine.fixed.clockMaxStep, scope: .fixedForLife, field: 4,
            recorded: 0...1_000_000,
            "The maximum number of epochs by which a viewer's event can advance the clock."),
        Setting(
            "profile.half-life", .duration(1...(36_500 * day)), \.engine.halfLife, field: 8, defaultText: "24h",
            "The time after which the weight of a watch has halved."),
        Setting(
            "profile.topics", .integer(1...64), \.engine.fixed.profileTopics, scope: .fixedForLife, field: 6,
            "The maximum number of topics in a profile."),
        Setting(
            "engagement.min", .percent, \.engine.engagementMin, field: 9,
            "The watched share of a video below which a watch gets no weight."),
        Setting(
            "topics.max", .integer(1...1_000_000), \.engine.topicsMax, field: 10, recorded: 0...Int64(Limits.topics),
            "The maximum number of topics in the vocabulary."),
        Setting(
            "topics.min-viewers", .integer(1...64), \.engine.topicsMinViewers, field: 11,
            "The number of different viewers after which a topic that is not in topics.file is admitted."),
        Setting(
            "topics.file", .file, \.topicsFile, scope: .atStart,
            "A file with topics that are admitted from the start, one name per line. Read when an application starts for the first time."
        ),
        Setting(
            "members.min-events", .integer(1...1_000_000), \.engine.minEvents, field: 13, recorded: unchecked,
            "The number of events after which a viewer is assigned to a cluster."),
        Setting(
            "member.ttl", .duration(1...(36_500 * day)), \.engine.memberTTL, field: 14,
            "The event time after which a member without events expires. Disabled by default."),
        Setting(
            "member.new-ttl", .duration(1...(36_500 * day)), \.engine.newMemberTTL, field: 30, recorded: unchecked,
            "The event time after which a viewer without events expires who has no topics or fewer than members.min-events events."
        ),
        Setting(
            "members.max", .integer(1...100_000_000), \.engine.membersMax, field: 31, recorded: unchecked,
            "The maximum number of viewers of a partition. Events of further viewers are refused and counted (shoal_refused_events_total)."
        ),
        Setting(
            "clusters.seed-members", .automatic(2...10_000_000), \.engine.seedMembers, field: 15,
            "The number of eligible viewers at which the first clusters are created. auto: as soon as they carry two published clusters, and again when they have doubled, up to 2000 or clusters.initial published clusters."
        ),
        Setting(
            "clusters.count", .integer(1...2_000), \.engine.clustersCount, field: 19, recorded: 0...2_000,
            "A fixed number of clusters. Default: the number is adapted."),
        Setting(
            "clusters.initial", .integer(1...2_000), \.engine.clustersInitial, field: 16, recorded: 0...2_000,
            "The initial number of clusters."),
        Setting(
            "clusters.min", .integer(1...2_000), \.engine.clustersMin, field: 17, recorded: 0...2_000,
            "The minimum number of clusters."),
        Setting(
            "clusters.max", .integer(1...2_000), \.engine.clustersMax, field: 18, recorded: 0...2_000,
            "The maximum number of clusters."),
        Setting(
            "clusters.min-members", .integer(2...1_000_000), \.engine.clustersMinMembers, field: 33,
            recorded: 0...1_000_000,
            "The number of members below which clusters are not created, and are retired."),
        Setting(
            "clusters.min-share", .integer(1...100_000), \.engine.clustersMinShare, field: 34, recorded: 0...100_000,
            "The same as a share of all assigned members, in millionths: 2000 is 0.2 %. The larger of the two applies."),
        Setting(
            "commit.interval", .duration(1...60_000), \.pipeline.commitInterval,
            "The interval of commits. An epoch delta or a model is committed at once."),
        Setting(
            "snapshot.interval", .duration(100...86_400_000), \.pipeline.snapshotInterval,
            "The interval at which changed members are written to the state topic. Shorter intervals make restarts faster."
        ),
        Setting(
            "checkpoint.directory", .text, \.pipeline.checkpointDirectory,
            "A directory on this host for copies of the state of partitions, so that a restart reads only newer records from Kafka. Disabled by default."
        ),
        Setting(
            "checkpoint.interval", .duration(1_000...86_400_000), \.pipeline.checkpointInterval,
            "The interval at which checkpoints are written."),
        Setting(
            "checkpoint.keep", .duration(1_000...(365 * day)), \.pipeline.checkpointKeep,
            "The age at which an unused checkpoint is deleted, such as that of a partition that moved to another host."),
        Setting(
            "transaction.max-bytes", .bytes(1_024...(1 << 30)), \.pipeline.transactionBytes,
            "The maximum size of a transaction."),
        Setting(
            "transaction.timeout", .duration(1_000...900_000), \.pipeline.transactionTimeout,
            "The time after which brokers abort an open transaction."),
        Setting(
            "outbox.max-bytes", .bytes(1_024...(1 << 34)), \.pipeline.outboxBytes,
            "The size of uncommitted output at which partitions pause."),
        Setting(
            "fetch.max-bytes", .bytes((1 << 20)...(1 << 34)), \.pipeline.fetchBytes,
            "About the most memory for records that an instance fetches ahead, of all its partitions."),
        Setting(
            "dedup.window", .integer(0...16_777_216), \.engine.fixed.dedupWindow, scope: .fixedForLife, field: 5,
            "The number of event ids that a partition remembers."),
        Setting(
            "privacy.key-file", .file, \.privacyKeyFile, scope: .fixedForLife,
            "The file with the key for pseudonyms: 64 hexadecimal digits, such as those of `openssl rand -hex 32`. The environment variable SHOAL_PRIVACY_KEY can be used instead."
        ),
        Setting(
            "privacy.sensitive-topics", .list, \.engine.sensitiveTopics,
            fields: [RecordedField(12, .list(\.engine.sensitiveTopics)), .unicodeVersion(42)],
            "Topics that never enter a profile. The comparison ignores case, width, white space, invisible characters and the encoding of accents; `*` at the end matches all topics with the prefix."
        ),
        Setting(
            "privacy.policy", .file, \.policyFile, scope: .recorded,
            fields: [RecordedField(55, .list(\.engine.policyText))], isReported: false,
            "A file with sensitive topics by category, and with the topics that descriptions of clusters may name (see docs/privacy.md). Its topics never enter a profile, in all spellings that look alike, and those of privacy.sensitive-topics are compared so, too. The content is recorded with models: change it with a higher settings.revision. `shoal policy check` shows what a file does. Disabled by default."
        ),
        Setting(
            "privacy.min-cluster-size", .integer(1...1_000_000_000), \.engine.minClusterSize, field: 20,
            recorded: 0...1_000_000_000,
            "The number of members below which nothing is published about a cluster."),
        Setting(
            "privacy.member-age", .duration(0...(3_650 * day)), \.engine.memberAge, field: 56, recorded: unchecked,
            "How long ago, in days of event time, a member must have watched first, on at least three days, to count towards `privacy.min-cluster-size`, so that nobody can bring a small cluster above that size at once by forged viewers. Applies from the time on that the application is as old; until it is twice as old, half of its age is enough. `0s`: every member counts (see docs/privacy.md)."
        ),
        Setting(
            "privacy.member-watches", .integer(0...1_000_000), \.engine.memberWatches, field: 57, recorded: unchecked,
            "The number of events of a member that counts towards `privacy.min-cluster-size`, where `privacy.member-age` applies. Raise it as far as most of your viewers watch: forging a viewer who counts takes as many events."
        ),
        Setting(
            "privacy.opt-out-topic", .name, \.optOutTopic, scope: .operational,
            fields: [RecordedField(54, .list(\.engine.optedOut))], isReported: false,
            "A compacted topic with the viewers whose events are dropped: the key is the viewer's id, and a record without a value takes the viewer off the list. `shoal erase --opt-out` adds viewers. Disabled by default."
        ),
        Setting(
            "privacy.rotation", .duration(day...(3_650 * day)), \.engine.fixed.rotation, scope: .fixedForLife,
            field: 53,
            recorded: 1...Int64.max,
            "The event time after which members get new pseudonyms in the output and in `members.topic`, so that nobody can follow one for longer: with the first epoch of each period since 1970, all members join under the new pseudonyms and leave under the former ones (see docs/privacy.md). Disabled by default."
        ),
        Setting(
            "settings.revision", .integer(0...Int64.max), \.engine.revision, field: 7, isReported: false,
            "The version of the settings that reach the result. Raise it to change them."),
        Setting(
            "shutdown.timeout", .duration(100...3_600_000), \.pipeline.shutdownTimeout,
            "The maximum time that a stopped instance takes to finish its work."),
        Setting(
            "http.listen", .address, \.httpListen,
            "The address on which health and metrics are served over HTTP; `:8080` listens on all addresses, port 0 on any free port. Disabled by default."
        ),
        Setting(
            "api.listen", .address, \.apiListen,
            "The address on which the page and the API with the published clusters are served over HTTP (see docs/api.md). An address that other hosts can reach requires `api.access-file` or `api.oidc.issuer`. Disabled by default."
        ),
        Setting(
            "api.access-file", .file, \.apiAccessFile,
            "The file with the access tokens of the API: on each line a name, its roles (viewer, operator, analyst, privacy-officer; with commas between them) and the SHA-256 of the token in hexadecimal digits, or `subject:` and the subject of a client's certificate (`api.ssl.ca.location`). Without it and `api.oidc.issuer`, anybody on this host may use the API."
        ),
        Setting(
            "api.ssl.certificate.location", .file, \.apiCertificateFile,
            "The file with the certificate of the page and the API, as PEM, with the chain up to its authority. They are then served over HTTPS. Requires `api.ssl.key.location`. Read when the instance starts. Default: plain HTTP."
        ),
        Setting(
            "api.ssl.key.location", .file, \.apiKeyFile,
            "The file with the key of the certificate, as PEM without a password."),
        Setting(
            "api.ssl.ca.location", .file, \.apiAuthorityFile,
            "The file with the authorities of clients' certificates, as PEM. A client with a certificate of theirs has the roles that `api.access-file` gives to its subject. Default: clients are not asked for a certificate."
        ),
        Setting(
            "api.oidc.issuer", .text, \.oidcIssuer,
            "The issuer of tokens (JWTs by OpenID Connect) with which one may use the API, as its URL in their claim `iss`, such as `https://login.example/tenant`. Its keys are found by `/.well-known/openid-configuration` below it. `http` is allowed on this host only. Requires `api.oidc.audience`. Default: no such tokens are accepted."
        ),
        Setting(
            "api.oidc.audience", .text, \.oidcAudience,
            "The audience of tokens for this API: the claim `aud` must be or contain it."),
        Setting(
            "api.oidc.roles-claim", .text, \.oidcRolesClaim,
            "The claim with the roles of a token's bearer, a list or a text with blanks between: its name, or a path such as `realm_access.roles`."
        ),
        Setting(
            "api.oidc.roles", .text, \.oidcRoles,
            "The roles that values of the claim give, as `VALUE=ROLE` with commas between them, such as `shoal-users=viewer,shoal-ops=operator,shoal-ops=viewer`. Other values give none. Default: a value that is a role's name (viewer, operator, analyst, privacy-officer) gives that role."
        ),
        Setting(
            "api.oidc.ca-file", .file, \.oidcAuthorityFile,
            "The file with the authorities of the issuer's certificates, as PEM. Default: those of the system."),
        Setting(
            "api.lookup-limit", .integer(0...100_000), \.apiLookupLimit,
            "How many viewers each token with the role analyst, or each subject of an issuer, may look up by this instance's API on a day (UTC). Each lookup needs `audit.file`, to which it appends a line first."
        ),
        Setting(
            "api.request-limit", .integer(1...100_000), \.apiRequestLimit,
            "How many requests a second each token or subject of an issuer (without a token, each address) may make to this instance's API; twice as many at once. Further ones are answered with 429."
        ),
        Setting(
            "api.streams", .integer(0...10_000), \.apiStreams,
            "The most event streams of `/v1/changes` that are open at a time on this instance. Further ones are answered with 503."
        ),
        Setting(
            "watchdog.timeout", .duration(1_000...3_600_000), \.pipeline.watchdogTimeout, defaultText: "60s",
            "The time without progress after which a component fails /livez and is logged."),
        Setting(
            "audit.file", .text, \.auditFile,
            "The audit log: each access to data of a person (`shoal explain`, `shoal pseudonym`, `shoal erase`, `shoal changes --member`, `shoal replay --members`, `shoal verify --without`, `shoal dead-letters list --show-content`, lookups by the API) first appends a line with time, user, pseudonym and reason. Required for these."
        ),
        Setting(
            "audit.topic", .name, \.auditTopic,
            "A topic that gets the head of the audit log's chain with each access, before anything is shown: writer, number of lines and hash, nothing of a person. So lines that were removed from the end of the file are found, too (`shoal audit-log verify`). Disabled by default."
        ),
        Setting(
            "log.level", .word(of: LogLevel.self), \.logLevel,
            "The lowest level that is logged."),
        Setting(
            "log.format", .word(of: LogFormat.self), \.logFormat,
            "The format of log lines. `auto`: text on a terminal, otherwise JSON."),
    ]
}

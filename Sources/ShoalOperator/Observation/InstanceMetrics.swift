import ShoalKafka
import ShoalOperations
import ShoalPipeline

/// The metrics of an instance.
enum InstanceMetrics {
    /// All metrics, in order of exposition.
    static let table = input + progress + saved + model + api + health

    /// Labels of a partition, without and with the consumer group.
    private static let partition = ["topic", "partition"]
    private static let group = ["consumergroup"] + partition

    /// Input and output.
    private static let input: [StateMetric<InstanceReading>] = [
        .count(
            .counter, "shoal_events_total",
            "Watch events handled, without duplicates."
        ) { $0.snapshot.totals.events },
        .count(
            .counter, "shoal_duplicate_events_total",
            "Watch events dropped because their id was seen before."
        ) { $0.snapshot.totals.duplicates },
        .count(
            .counter, "shoal_late_events_total",
            "Watch events of an epoch before the open one."
        ) { $0.snapshot.totals.late },
        .count(
            .counter, "shoal_early_events_total",
            "Watch events of an epoch after the open one."
        ) { $0.snapshot.totals.early },
        .count(
            .counter, "shoal_refused_events_total",
            "Watch events of new viewers, refused because the partition has members.max viewers."
        ) { $0.snapshot.totals.refused },
        .count(
            .counter, "shoal_erased_viewers_total",
            "Viewers erased by a record without a value."
        ) { $0.snapshot.totals.erased },
        .count(
            .counter, "shoal_sensitive_topics_dropped_total",
            "Topics of events dropped because they are sensitive. Advances when an epoch is closed, so that it does not tell what a viewer watched."
        ) { $0.snapshot.totals.sensitiveTopics },
        .count(
            .counter, "shoal_topic_candidates_total",
            "Topics of events that are not in the vocabulary."
        ) { $0.snapshot.totals.candidates },
        .samples(
            .counter, "shoal_dead_letters_total", ["reason"],
            "Records that are not watch events, by reason."
        ) { reading in
            // All reasons are exposed from the start, because the first increase of a counter that begins above 0 is
            // not visible.
            PipelineStatistics.rejectionReasons.map { .init([$0], Double(reading.snapshot.rejected[$0] ?? 0)) }
        },
        .count(
            .counter, "shoal_wrong_partition_total",
            "Records in another partition than input.partitioner gives for their key. Events are handled there, "
                + "erasures become dead letters."
        ) { $0.snapshot.misplaced },
        .samples(
            .counter, "shoal_changes_total", ["kind"],
            "Changes added to transactions, by kind."
        ) { $0.snapshot.changeCounts.byName.map { .init([$0.name], Double($0.count)) } },
        .samples(
            .counter, "shoal_transactions_total", ["outcome"],
            "Transactions by outcome: committed or aborted."
        ) { [.init(["committed"], Double($0.snapshot.commits)), .init(["aborted"], Double($0.snapshot.aborts))] },
    ]

    /// The progress of partitions.
    private static let progress: [StateMetric<InstanceReading>] = [
        .samples(
            .gauge, "shoal_input_lag_records", partition,
            "Records between the position and the high watermark of the partition."
        ) { $0.ofPartitions { $0.lag.map(Double.init) } },
        .samples(
            .gauge, "shoal_input_offset", partition,
            "The next offset to handle."
        ) { $0.ofPartitions { Double($0.offset) } },
        .samples(
            .gauge, "kafka_consumergroup_lag", group,
            "Deprecated name of shoal_input_lag_records, removed in the next release."
        ) { $0.inGroup($0.ofPartitions { $0.lag.map(Double.init) }) },
        .samples(
            .gauge, "kafka_consumergroup_current_offset", group,
            "Deprecated name of shoal_input_offset, removed in the next release."
        ) { $0.inGroup($0.ofPartitions { Double($0.offset) }) },
        .samples(
            .gauge, "shoal_event_time_lag_seconds", partition,
            "Wall clock time minus the time of the last handled event; 0 at the end of the partition."
        ) { reading in
            reading.ofPartitions { state in
                guard let time = state.eventTime, let lag = state.lag else { return nil }
                return lag == 0 ? 0 : max(reading.time - Double(time) / 1_000, 0)
            }
        },
        .samples(
            .gauge, "shoal_event_timestamp_seconds", partition,
            "The time of the last handled event, since 1970."
        ) { $0.ofPartitions { $0.eventTime.map { Double($0) / 1_000 } } },
        .samples(
            .gauge, "shoal_partition_epoch", partition,
            "The open epoch; absent before the first one."
        ) { $0.ofPartitions { $0.epoch.map(Double.init) } },
        .samples(
            .gauge, "shoal_partition_model_epoch", partition,
            "The version of the model in use; absent before the first epoch."
        ) { $0.ofPartitions { $0.model.map(Double.init) } },
        .samples(
            .gauge, "shoal_partition_waiting", partition,
            "1 if the partition is waiting for a model."
        ) { $0.ofPartitions { $0.isWaiting ? 1 : 0 } },
        .samples(
            .gauge, "shoal_partition_needed_model_epoch", partition,
            "The version of the model that the partition is waiting for; absent if it is not waiting."
        ) { $0.ofPartitions { $0.neededModel.map(Double.init) } },
        .samples(
            .gauge, "shoal_members", partition,
            "Viewers with a profile."
        ) { $0.ofPartitions { Double($0.members) } },
        .samples(
            .gauge, "shoal_eligible_members", partition,
            "Viewers with enough events to be assigned to a cluster."
        ) { $0.ofPartitions { Double($0.eligible) } },
        .samples(
            .gauge, "shoal_restore_done_records", partition,
            "Records read so far to restore the partition's state."
        ) { $0.ofRestores(\.done) },
        .samples(
            .gauge, "shoal_restore_expected_records", partition,
            "Records to read to restore the partition's state."
        ) { $0.ofRestores(\.total) },
    ]

    /// Snapshots and checkpoints.
    private static let saved: [StateMetric<InstanceReading>] = [
        .count(
            .counter, "shoal_snapshots_total",
            "Complete snapshots of partitions written."
        ) { $0.snapshot.saves.snapshots },
        .count(
            .counter, "shoal_snapshot_members_total",
            "Members written to snapshots, including deleted ones."
        ) { $0.snapshot.saves.members },
        .count(
            .counter, "shoal_snapshot_bytes_total",
            "Bytes of snapshots added to transactions, before compression."
        ) { $0.snapshot.saves.bytes },
        .samples(
            .gauge, "shoal_snapshot_age_seconds", partition,
            "Time since this instance wrote the partition's last complete snapshot; absent before the first. It "
                + "grows while the partition has no new records."
        ) { $0.ofSaved { $1.snapshot?.age } },
        .samples(
            .gauge, "shoal_snapshot_lag_records", partition,
            "Records between the last complete snapshot, by any instance, and the position: the input that a "
                + "restore reads again. Before the first snapshot: since the application's start."
        ) { reading in
            reading.ofSaved { number, state in
                guard let from = state.restoreOffset, let now = reading.snapshot.partitions[number] else { return nil }
                return Double(max(now.offset - from, 0))
            }
        },
        .samples(
            .counter, "shoal_checkpoints_total", ["outcome"],
            "Checkpoints by outcome: written, failed (not written; the previous one is kept), read at a take-over, "
                + "refused (damaged or of another state; set aside)."
        ) { reading in
            SaveCounts.Checkpoint.allCases.map {
                .init([$0.rawValue], Double(reading.snapshot.saves.checkpoints[$0] ?? 0))
            }
        },
        .samples(
            .gauge, "shoal_checkpoint_age_seconds", partition,
            "Time since this instance wrote the partition's last checkpoint; absent before the first."
        ) { $0.ofSaved { $1.checkpoint?.age } },
        .samples(
            .gauge, "shoal_checkpoint_members", partition,
            "Members in the partition's last checkpoint."
        ) { $0.ofSaved { $1.checkpoint.map { Double($0.members) } } },
        .samples(
            .gauge, "shoal_checkpoint_bytes", partition,
            "Size of the partition's last checkpoint."
        ) { $0.ofSaved { $1.checkpoint.map { Double($0.bytes) } } },
    ]

    /// The group's model.
    private static let model: [StateMetric<InstanceReading>] = [
        .count(.gauge, "shoal_model_epoch", "The version of the group's last model.") { $0.snapshot.model },
        .value(
            .gauge, "shoal_epoch_length_seconds",
            "epoch.length. Epoch e starts e epoch lengths after the start of 1970."
        ) { Double($0.epochLength) / 1_000 },
        .samples(
            .gauge, "shoal_clusters", ["state"],
            "Clusters of the last model: shown (published), or withheld (suppressed because they are too small: 0, 1 for 1 to 4, 5 for 5 and more)."
        ) { reading in
            let (shown, bound) = (reading.snapshot.clusters, reading.snapshot.suppressedClusters)
            return [.init(["shown"], Double(shown)), .init(["withheld"], Double(bound))]
        },
        .count(
            .gauge, "shoal_clustered_members",
            "Members in clusters of the last model, in the whole group, rounded down to a multiple of privacy.min-cluster-size."
        ) { $0.snapshot.clusteredMembers },
        .count(
            .gauge, "shoal_unassigned_members",
            "Eligible viewers without a cluster in the last model, in the whole group, rounded down to a multiple of privacy.min-cluster-size."
        ) { $0.snapshot.unassigned },
        .count(.gauge, "shoal_vocabulary_topics", "Topics in the vocabulary of the last model.") { $0.snapshot.topics },
        .count(
            .gauge, "shoal_vocabulary_max_topics",
            "topics.max of the last model, at which no further topic is admitted."
        ) { $0.snapshot.modelSettings?.topicsMax },
        .count(
            .gauge, "shoal_model_settings_revision",
            "settings.revision of the last model, which the group uses."
        ) { $0.snapshot.modelSettings?.revision },
        .count(
            .gauge, "shoal_settings_revision",
            "settings.revision of this instance's configuration."
        ) { $0.settingsRevision },
        .count(
            .gauge, "shoal_coordinator",
            "1 if this instance is the coordinator: it owns the delta topic and publishes models."
        ) { $0.snapshot.waitedFor == nil ? 0 : 1 },
        .samples(
            .gauge, "shoal_coordinator_waiting", partition,
            "1 for each partition that the next model waits for while others are ahead of it; on the coordinator "
                + "only."
        ) { reading in
            (reading.snapshot.waitedFor ?? []).map { .init([reading.topic, "\($0)"], 1) }
        },
    ]

    /// The page and the API, if `api.listen` is set.
    private static let api: [StateMetric<InstanceReading>] = [
        .samples(
            .counter, "shoal_api_requests_total", ["route", "status"],
            "Requests to the API and the page, by the route's path (other: there is none) and the class of the status: 2xx, 3xx, 4xx, 5xx. "
                + "This and the following ones are absent without api.listen."
        ) { reading in
            reading.ofRoutes { path, route in
                zip(APIStatistics.classes, route.classes).map { .init([path, $0], Double($1)) }
            }.flatMap { $0 }
        },
        .distributions(
            "shoal_api_request_duration_seconds", ["route"],
            "Duration of requests to the API and the page, from the whole request to its answer."
        ) { reading in
            reading.ofRoutes { path, route in
                .init([path], bounds: APIStatistics.bounds, counts: route.durations, sum: route.seconds)
            }
        },
        .count(.gauge, "shoal_api_streams", "Open event streams of the API.") { $0.api?.streams },
        .count(
            .counter, "shoal_api_dropped_streams_total",
            "Event streams that were ended because their readers were too slow."
        ) { $0.api?.droppedStreams },
        .count(
            .counter, "shoal_api_refused_logins_total",
            "Requests to the API with a token that is not known or not valid."
        ) { $0.api?.refusedLogins },
        .count(
            .counter, "shoal_api_key_failures_total",
            "Attempts to fetch the keys of api.oidc.issuer that failed. Known keys are used meanwhile."
        ) { $0.api?.keyFailures },
        .count(
            .counter, "shoal_api_limited_requests_total",
            "Requests to the API that were answered with 429, because the client made too many (api.request-limit) or tried too many unknown tokens."
        ) { $0.api?.limited },
    ]

    /// The state and health of the instance.
    private static let health: [StateMetric<InstanceReading>] = [
        .distributions(
            "shoal_stage_duration_seconds", ["stage"],
            "Duration of a stage: handle (a batch of records, without waits), open (a part of an epoch's opening), "
                + "commit (a transaction), publish (a model), wait_model and wait_outbox (waits of a partition), "
                + "snapshot and checkpoint (of a partition, from its start to its completion)."
        ) { reading in
            StageTimes.Stage.allCases.map { stage in
                let times = reading.times[stage]
                return .init([stage.rawValue], bounds: StageTimes.bounds, counts: times.counts, sum: times.sum)
            }
        },
        .samples(
            .gauge, "shoal_heartbeat_age_seconds", ["part"],
            "Time since a component last made progress."
        ) { $0.components.map { .init(["\($0.part)"], Double($0.age) / 1_000) } },
        .count(
            .gauge, "shoal_live",
            "1 if /livez responds with 200: all components make progress."
        ) { $0.components.contains { $0.isStuck } ? 0 : 1 },
        .count(.gauge, "shoal_ready", "1 if /readyz responds with 200.") { $0.snapshot.isReady ? 1 : 0 },
        .samples(
            .gauge, "shoal_state", ["state"],
            "1 for the state of the instance: starting, waiting (for brokers or topics), joining, idle (nothing "
                + "assigned), restoring, working, released (without an assignment), stopping."
        ) { reading in
            InstanceState.names.map { .init([$0], $0 == reading.snapshot.state.name ? 1 : 0) }
        },
        .count(
            .gauge, "shoal_assigned_partitions",
            "Partitions that the group has assigned to this instance."
        ) { $0.snapshot.assigned },
        .count(.counter, "shoal_assignments_total", "Assignments received from the group.") { $0.snapshot.assignments },
        .samples(
            .gauge, "shoal_input_partitions", ["topic"],
            "Partitions of the input topic; absent until a broker has responded."
        ) { reading in
            reading.snapshot.brokers.inputPartitions.map { [.init([reading.topic], Double($0))] } ?? []
        },
        .value(
            .gauge, "shoal_broker_silence_seconds",
            "Time since a broker last responded, or since the start. Brokers are asked every 5 s."
        ) { $0.snapshot.brokers.silence },
        .count(
            .gauge, "shoal_foreign_members",
            "Members of the consumer group that are not instances of Shoal. They take partitions and must be "
                + "stopped."
        ) { $0.snapshot.foreignMembers.count },
        .count(
            .gauge, "shoal_memory_limit_bytes",
            "Memory limit of the control group (container, unit); absent without a limit."
        ) { _ in MemoryLimit.bytes },
        .value(
            .gauge, "shoal_memory_used_ratio",
            "Resident memory as a share of the control group's limit or, without one, of the machine's memory."
        ) { _ in MemoryUse.now?.share },
        .samples(
            .gauge, "shoal_build_info", ["version", "swift", "librdkafka"],
            "1, with the versions in the labels."
        ) { _ in [.init([Program.version, Program.swiftVersion, ClientConfiguration.libraryVersion], 1)] },
    ]
}

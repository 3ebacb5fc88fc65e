extension Metric {
    private static let partition = ["topic", "partition"]
    private static let group = ["consumergroup", "topic", "partition"]

    /// All metrics, in order of exposition.
    public static let table: [Metric] = [
        // Input and output.
        events, duplicateEvents, lateEvents, earlyEvents, refusedEvents, erasedViewers, sensitiveTopics,
        topicCandidates, deadLetters, wrongPartition,
        changes, transactions,
        // Progress.
        lag, position, groupLag, groupOffset, eventTimeLag, eventTimestamp, partitionEpoch, partitionModel,
        partitionWaiting,
        partitionNeededModel, members, eligibleMembers, restoredRecords, restoreRecords,
        // Saved state.
        snapshots, snapshotMembers, snapshotBytes, snapshotAge, snapshotLag, checkpoints, checkpointAge,
        checkpointMembers, checkpointBytes,
        // The group's model.
        modelEpoch, epochLength, clusters, clusteredMembers, unassignedMembers, vocabularyTopics, vocabularyMaximum,
        modelSettingsRevision, settingsRevision, coordinator, coordinatorWaiting,
        // Health.
        stageDuration, heartbeatAge, live, ready, state, assignedPartitions, assignments, inputPartitions,
        brokerSilence, foreignMembers, memoryLimit, memoryUse, buildInfo,
    ]

    public static let events = Metric(.counter, "shoal_events_total", "Watch events handled, without duplicates.")
    public static let duplicateEvents = Metric(
        .counter, "shoal_duplicate_events_total", "Watch events dropped because their id was seen before.")
    public static let lateEvents = Metric(
        .counter, "shoal_late_events_total", "Watch events of an epoch before the open one.")
    public static let earlyEvents = Metric(
        .counter, "shoal_early_events_total", "Watch events of an epoch after the open one.")
    public static let refusedEvents = Metric(
        .counter, "shoal_refused_events_total",
        "Watch events of new viewers, refused because the partition has members.max viewers.")
    public static let erasedViewers = Metric(
        .counter, "shoal_erased_viewers_total", "Viewers erased by a record without a value.")
    public static let sensitiveTopics = Metric(
        .counter, "shoal_sensitive_topics_dropped_total", "Topics of events dropped because they are sensitive.")
    public static let topicCandidates = Metric(
        .counter, "shoal_topic_candidates_total", "Topics of events that are not in the vocabulary.")
    public static let deadLetters = Metric(
        .counter, "shoal_dead_letters_total", ["reason"], "Records that are not watch events, by reason.")
    public static let wrongPartition = Metric(
        .counter, "shoal_wrong_partition_total",
        "Records in another partition than input.partitioner gives for their key. Events are handled there, "
            + "erasures become dead letters.")
    public static let changes = Metric(
        .counter, "shoal_changes_total", ["kind"], "Changes added to transactions, by kind.")
    public static let transactions = Metric(
        .counter, "shoal_transactions_total", ["outcome"], "Transactions by outcome: committed or aborted.")

    public static let lag = Metric(
        .gauge, "shoal_input_lag_records", partition,
        "Records between the position and the high watermark of the partition."
    )
    public static let position = Metric(.gauge, "shoal_input_offset", partition, "The next offset to handle.")
    public static let groupLag = Metric(
        .gauge, "kafka_consumergroup_lag", group,
        "Deprecated name of shoal_input_lag_records, removed in the next release.")
    public static let groupOffset = Metric(
        .gauge, "kafka_consumergroup_current_offset", group,
        "Deprecated name of shoal_input_offset, removed in the next release.")
    public static let eventTimeLag = Metric(
        .gauge, "shoal_event_time_lag_seconds", partition,
        "Wall clock time minus the time of the last handled event; 0 at the end of the partition.")
    public static let eventTimestamp = Metric(
        .gauge, "shoal_event_timestamp_seconds", partition, "The time of the last handled event, since 1970.")
    public static let partitionEpoch = Metric(
        .gauge, "shoal_partition_epoch", partition, "The open epoch; absent before the first one.")
    public static let partitionModel = Metric(
        .gauge, "shoal_partition_model_epoch", partition,
        "The version of the model in use; absent before the first epoch.")
    public static let partitionWaiting = Metric(
        .gauge, "shoal_partition_waiting", partition, "1 if the partition is waiting for a model.")
    public static let partitionNeededModel = Metric(
        .gauge, "shoal_partition_needed_model_epoch", partition,
        "The version of the model that the partition is waiting for; absent if it is not waiting.")
    public static let members = Metric(.gauge, "shoal_members", partition, "Viewers with a profile.")
    public static let eligibleMembers = Metric(
        .gauge, "shoal_eligible_members", partition, "Viewers with enough events to be assigned to a cluster.")
    public static let restoredRecords = Metric(
        .gauge, "shoal_restore_done_records", partition, "Records read so far to restore the partition's state.")
    public static let restoreRecords = Metric(
        .gauge, "shoal_restore_expected_records", partition, "Records to read to restore the partition's state.")

    public static let snapshots = Metric(
        .counter, "shoal_snapshots_total", "Complete snapshots of partitions written.")
    public static let snapshotMembers = Metric(
        .counter, "shoal_snapshot_members_total", "Members written to snapshots, including deleted ones.")
    public static let snapshotBytes = Metric(
        .counter, "shoal_snapshot_bytes_total", "Bytes of snapshots added to transactions, before compression.")
    public static let snapshotAge = Metric(
        .gauge, "shoal_snapshot_age_seconds", partition,
        "Time since this instance wrote the partition's last complete snapshot; absent before the first. It "
            + "grows while the partition has no new records.")
    public static let snapshotLag = Metric(
        .gauge, "shoal_snapshot_lag_records", partition,
        "Records between the last complete snapshot, by any instance, and the position: the input that a "
            + "restore reads again. Before the first snapshot: since the application's start.")
    public static let checkpoints = Metric(
        .counter, "shoal_checkpoints_total", ["outcome"],
        "Checkpoints by outcome: written, failed (not written; the previous one is kept), read at a take-over, "
            + "refused (damaged or of another state; set aside).")
    public static let checkpointAge = Metric(
        .gauge, "shoal_checkpoint_age_seconds", partition,
        "Time since this instance wrote the partition's last checkpoint; absent before the first.")
    public static let checkpointMembers = Metric(
        .gauge, "shoal_checkpoint_members", partition, "Members in the partition's last checkpoint.")
    public static let checkpointBytes = Metric(
        .gauge, "shoal_checkpoint_bytes", partition, "Size of the partition's last checkpoint.")

    public static let modelEpoch = Metric(.gauge, "shoal_model_epoch", "The version of the group's last model.")
    public static let epochLength = Metric(
        .gauge, "shoal_epoch_length_seconds", "epoch.length. Epoch e starts e epoch lengths after the start of 1970.")
    public static let clusters = Metric(
        .gauge, "shoal_clusters", ["state"],
        "Clusters of the last model: shown (published), or withheld (suppressed because they are too small).")
    public static let clusteredMembers = Metric(
        .gauge, "shoal_clustered_members", "Members in clusters of the last model, in the whole group.")
    public static let unassignedMembers = Metric(
        .gauge, "shoal_unassigned_members", "Eligible viewers without a cluster in the last model, in the whole group.")
    public static let vocabularyTopics = Metric(
        .gauge, "shoal_vocabulary_topics", "Topics in the vocabulary of the last model.")
    public static let vocabularyMaximum = Metric(
        .gauge, "shoal_vocabulary_max_topics", "topics.max of the last model, at which no further topic is admitted.")
    public static let modelSettingsRevision = Metric(
        .gauge, "shoal_model_settings_revision", "settings.revision of the last model, which the group uses.")
    public static let settingsRevision = Metric(
        .gauge, "shoal_settings_revision", "settings.revision of this instance's configuration.")
    public static let coordinator = Metric(
        .gauge, "shoal_coordinator",
        "1 if this instance is the coordinator: it owns the delta topic and publishes models.")
    public static let coordinatorWaiting = Metric(
        .gauge, "shoal_coordinator_waiting", partition,
        "1 for each partition that the next model waits for while others are ahead of it; on the coordinator "
            + "only.")

    public static let stageDuration = Metric(
        .histogram, "shoal_stage_duration_seconds", ["stage"],
        "Duration of a stage: handle (a batch of records, without waits), open (a part of an epoch's opening), "
            + "commit (a transaction), publish (a model), wait_model and wait_outbox (waits of a partition), snapshot "
            + "and checkpoint (of a partition, from its start to its completion).")
    public static let heartbeatAge = Metric(
        .gauge, "shoal_heartbeat_age_seconds", ["part"], "Time since a component last made progress.")
    public static let live = Metric(
        .gauge, "shoal_live", "1 if /livez responds with 200: all components make progress.")
    public static let ready = Metric(.gauge, "shoal_ready", "1 if /readyz responds with 200.")
    public static let state = Metric(
        .gauge, "shoal_state", ["state"],
        "1 for the state of the instance: starting, waiting (for brokers or topics), joining, idle (nothing "
            + "assigned), restoring, working, released (without an assignment), stopping.")
    public static let assignedPartitions = Metric(
        .gauge, "shoal_assigned_partitions", "Partitions that the group has assigned to this instance.")
    public static let assignments = Metric(
        .counter, "shoal_assignments_total", "Assignments received from the group.")
    public static let inputPartitions = Metric(
        .gauge, "shoal_input_partitions", ["topic"],
        "Partitions of the input topic; absent until a broker has responded.")
    public static let brokerSilence = Metric(
        .gauge, "shoal_broker_silence_seconds",
        "Time since a broker last responded, or since the start. Brokers are asked every 5 s.")
    public static let foreignMembers = Metric(
        .gauge, "shoal_foreign_members",
        "Members of the consumer group that are not instances of Shoal. They take partitions and must be "
            + "stopped.")
    public static let memoryLimit = Metric(
        .gauge, "shoal_memory_limit_bytes",
        "Memory limit of the control group (container, unit); absent without a limit.")
    public static let memoryUse = Metric(
        .gauge, "shoal_memory_used_ratio",
        "Resident memory as a share of the control group's limit or, without one, of the machine's memory.")
    public static let buildInfo = Metric(
        .gauge, "shoal_build_info", ["version", "swift", "librdkafka"], "1, with the versions in the labels.")
}

extension Metric {
    private init(_ kind: Kind, _ name: String, _ help: String) {
        self.init(kind, name, [], help)
    }
}

#!/usr/bin/env python3
"""Makes the Grafana dashboard from the program's table of metrics: one row for each question of an operator.

    shoal metrics docs --format json | deploy/grafana/make_dashboard.py            writes shoal.json and the chart's copy
    shoal metrics docs --format json | deploy/grafana/make_dashboard.py --print    writes it to standard output

A panel without help shows that of its metric. A metric without a panel gets one in the last row. Change this file,
never the JSON. One scrape job is one application: the variable `application` is the label `job`.
"""

import json
import pathlib
import re
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
FILES = [FOLDER / "shoal.json", FOLDER.parent / "helm/shoal/files/dashboard.json"]

# What every query selects by.
S = 'job="$application",instance=~"$instance"'
R = "[$__rate_interval]"
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
WIDTH = 24


def query(expr, legend="{{instance}}"):
    return {"expr": expr, "legend": legend}


def panel(kind, title, help, *queries, width=8, height=7, **more):
    return {"kind": kind, "title": title, "help": help, "queries": queries, "width": width, "height": height, **more}


def stat(title, help, *queries, **more):
    return panel("stat", title, help, *queries, **{"width": 4, "height": 4, **more})


def graph(title, help, *queries, **more):
    return panel("timeseries", title, help, *queries, **more)


def table(title, help, *queries, **more):
    return panel("table", title, help, *queries, **more)


# Values and colours: from the value on, the colour holds.
BAD_BELOW_1 = [(None, "red"), (1, "green")]
BAD_ABOVE_0 = [(None, "green"), (1, "red")]


ROWS = [
    ("Are the instances healthy?", [
        stat("Instances that answer", "Instances that respond, of those that Prometheus scrapes. ShoalInstanceDown fires if some do not.",
             query(f"sum(up{{{S}}})", "answer"), query(f"count(up{{{S}}})", "known"), colours=BAD_BELOW_1),
        stat("Live", "Instances whose /livez responds with 200: all components make progress.",
             query(f"sum(shoal_live{{{S}}})", "live"), colours=BAD_BELOW_1),
        stat("Ready", "Instances whose /readyz responds with 200: restored, or without an assignment.",
             query(f"sum(shoal_ready{{{S}}})", "ready"), colours=BAD_BELOW_1),
        stat("Partitions owned", "Owned partitions and partitions of the input. They are equal except during a rebalance.",
             query(f"sum(shoal_assigned_partitions{{{S}}})", "owned"),
             query(f"max(shoal_input_partitions{{{S}}})", "of"), colours=BAD_BELOW_1),
        stat("Foreign members", None,
             query(f"max(shoal_foreign_members{{{S}}})", "foreign"), colours=[(None, "green"), (1, "red")]),
        stat("Versions", "Instances by version of Shoal. One version, except during an upgrade.",
             query(f"count by (version) (shoal_build_info{{{S}}})", "{{version}}")),
        stat("Brokers last answered", "The longest time since a broker responded to an instance. Brokers are asked every 5 s.",
             query(f"max(shoal_broker_silence_seconds{{{S}}})", "ago"), unit="s",
             colours=[(None, "green"), (20, "orange"), (60, "red")]),
        table("Alerts that fire", "Each alert has a section in deploy/runbook.md.",
              query('sum by (alertname, severity, instance, partition) '
                    '(ALERTS{job="$application",alertstate="firing"})', ""), width=12),
        graph("What each instance does", None,
              query(f"shoal_state{{{S}}} == 1", "{{instance}} {{state}}"), width=12, stacked=True),
        graph("Longest time without progress", "For each instance, the longest time without progress of a component; "
              "beyond watchdog.timeout (60 s) /livez fails.",
              query(f"max by (instance) (shoal_heartbeat_age_seconds{{{S}}})"), unit="s"),
        graph("Partitions of each instance", "Kafka distributes them evenly.",
              query(f"sum by (instance) (shoal_assigned_partitions{{{S}}})"), stacked=True),
        graph("Rebalances", "Assignments received from the group. Each stops the partitions for a moment.",
              query(f"increase(shoal_assignments_total{{{S}}}{R})")),
    ]),
    ("Does it keep up?", [
        stat("Events a second", None,
             query(f"sum(rate(shoal_events_total{{{S}}}{R}))", "events")),
        stat("Lag", "Records that are not handled yet, in all partitions.",
             query(f"sum(shoal_input_lag_records{{{S}}})", "records")),
        stat("Lag in event time", "The lag of the slowest partition; 0 if all are at the end.",
             query(f"max(shoal_event_time_lag_seconds{{{S}}})", "behind"), unit="s",
             colours=[(None, "green"), (60, "orange"), (900, "red")]),
        stat("Time to catch up", "The lag divided by the current rate, without new records.",
             query(f"sum(shoal_input_lag_records{{{S}}}) "
                   f"/ clamp_min(sum(rate(shoal_events_total{{{S}}}{R})), 0.001)", "left"), unit="s"),
        stat("Changes a second", None,
             query(f"sum(rate(shoal_changes_total{{{S}}}{R}))", "changes")),
        stat("Repeated events", "Share of events dropped because their id was seen before.",
             query(f"sum(rate(shoal_duplicate_events_total{{{S}}}{R})) / clamp_min("
                   f"sum(rate(shoal_events_total{{{S}}}{R})) + sum(rate(shoal_duplicate_events_total{{{S}}}{R})), "
                   "0.001)", "repeated"), unit="percentunit"),
        graph("Lag by partition, in records", "The ten partitions with the largest lag.",
              query(f"topk(10, max by (partition) (shoal_input_lag_records{{{S}}}))", "{{partition}}")),
        graph("Lag by partition, in event time", "The ten partitions that are furthest behind the clock.",
              query(f"topk(10, max by (partition) (shoal_event_time_lag_seconds{{{S}}}))", "{{partition}}"), unit="s"),
        graph("Events a second by instance", "If uneven although partitions are even: keys are skewed, or a host is slow.",
              query(f"sum by (instance) (rate(shoal_events_total{{{S}}}{R}))"), stacked=True),
        graph("Pace of event time", "Seconds of event time handled per second. 1: keeps up, more: catches up, less: "
              "falls behind.",
              query(f"bottomk(10, max by (partition) (deriv(shoal_event_timestamp_seconds{{{S}}}{R})))",
                    "{{partition}}")),
        graph("Offsets a second by partition", "Offsets per second; the ten slowest partitions.",
              query(f"bottomk(10, max by (partition) (deriv(shoal_input_offset{{{S}}}{R})))",
                    "{{partition}}")),
    ]),
    ("Which partition delays the epoch?", [
        stat("Last model", "The version of the last model, which is its epoch.", query(f"max(shoal_model_epoch{{{S}}})", "epoch"), exact=True),
        stat("Age of the last model", "Since its epoch ended: about an epoch's length, or more if a partition "
             "delays it. While old events are read, it is their age.",
             query(f"time() - (max(shoal_model_epoch{{{S}}}) + 1) * max(shoal_epoch_length_seconds{{{S}}})", "old"),
             unit="s"),
        stat("Coordinator", "The instance that publishes the models.",
             query(f"shoal_coordinator{{{S}}} == 1")),
        stat("Partitions that wait", "Partitions that wait for a model.",
             query(f"sum(shoal_partition_waiting{{{S}}})", "wait")),
        table("Partitions that all others wait for", "The next model needs their epoch deltas, and others are ahead.",
              query(f"max by (topic, partition) (shoal_coordinator_waiting{{{S}}})", ""), height=4),
        graph("Epochs behind the furthest partition", "The open epoch of each partition; the ten slowest.",
              query(f"topk(10, scalar(max(shoal_partition_epoch{{{S}}})) - max by (partition) "
                    f"(shoal_partition_epoch{{{S}}}))", "{{partition}}")),
        graph("Models that are missing", "The model that a partition waits for, relative to the last one.",
              query(f"max by (partition) (shoal_partition_needed_model_epoch{{{S}}}) "
                    f"- scalar(max(shoal_model_epoch{{{S}}}))", "{{partition}}")),
        graph("Models a minute", "New models per minute.",
              query(f"max(deriv(shoal_model_epoch{{{S}}}{R})) * 60", "models")),
        graph("Age of the model in use", "How many versions each partition's model is behind the last: "
              "epoch.staleness (2) plus the epochs that it still has open.",
              query(f"scalar(max(shoal_model_epoch{{{S}}})) - max by (partition) (shoal_partition_model_epoch{{{S}}})",
                    "{{partition}}")),
        graph("Time that partitions wait for models", "Seconds per second, summed over the partitions of an instance.",
              query(f'sum by (instance) (rate(shoal_stage_duration_seconds_sum{{stage="wait_model",{S}}}{R}))'),
              unit="s"),
    ]),
    ("Are clusters healthy?", [
        stat("Members", None, query(f"sum(shoal_members{{{S}}})", "members")),
        stat("Eligible", None,
             query(f"sum(shoal_eligible_members{{{S}}})", "eligible")),
        stat("In clusters", "In the last model.", query(f"max(shoal_clustered_members{{{S}}})", "members")),
        stat("Unassigned", "Share of eligible viewers without a cluster.",
             query(f"max(shoal_unassigned_members{{{S}}}) / clamp_min(max(shoal_unassigned_members{{{S}}}) "
                   f"+ max(shoal_clustered_members{{{S}}}), 1)", "unassigned"), unit="percentunit"),
        stat("Clusters", "Of the last model.", query(f"max by (state) (shoal_clusters{{{S}}})", "{{state}}")),
        stat("Vocabulary", "Topics in the vocabulary, and topics.max.",
             query(f"max(shoal_vocabulary_topics{{{S}}})", "topics"),
             query(f"max(shoal_vocabulary_max_topics{{{S}}})", "at most")),
        graph("Members over time", "In the whole group.",
              query(f"sum(shoal_members{{{S}}})", "with a profile"),
              query(f"sum(shoal_eligible_members{{{S}}})", "eligible"),
              query(f"max(shoal_clustered_members{{{S}}})", "in clusters"),
              query(f"max(shoal_unassigned_members{{{S}}})", "unassigned")),
        graph("What happens to clusters", "Changes between two points. If many for a long time: tastes change "
              "faster than profile.half-life, or there are too many clusters.",
              query(f'sum by (kind) (increase(shoal_changes_total{{kind=~"cluster_.*",{S}}}{R}))', "{{kind}}"),
              stacked=True),
        graph("What happens to members", "Changes a second.",
              query(f'sum by (kind) (rate(shoal_changes_total{{kind=~"member_.*",{S}}}{R}))', "{{kind}}")),
    ]),
    ("Is anything withheld or dead-lettered?", [
        stat("Withheld clusters", "Clusters that are too small to be published (privacy.min-cluster-size): none (0), "
             "1 to 4 (1), or 5 and more (5).",
             query(f'max(shoal_clusters{{state="withheld",{S}}})', "withheld"), colours=[(None, "green"), (5, "orange")]),
        stat("Dead letters", "Share of records that are not watch events.",
             query(f"sum(rate(shoal_dead_letters_total{{{S}}}{R})) / clamp_min(sum(rate(shoal_events_total{{{S}}}{R})) "
                   f"+ sum(rate(shoal_dead_letters_total{{{S}}}{R})), 0.001)", "dead letters"), unit="percentunit",
             colours=[(None, "green"), (0.01, "red")]),
        stat("Erased viewers", "Since the start of each instance.",
             query(f"sum(shoal_erased_viewers_total{{{S}}})", "erased")),
        stat("Settings", "settings.revision of the group, and the lowest one of an instance.",
             query(f"max(shoal_model_settings_revision{{{S}}})", "in force"),
             query(f"min(shoal_settings_revision{{{S}}})", "lowest")),
        graph("Dead letters a second, by reason", "`shoal metrics docs` and the headers in the dead letters' topic "
              "tell more.",
              query(f"sum by (reason) (rate(shoal_dead_letters_total{{{S}}}{R})) > 0", "{{reason}}"), stacked=True),
        graph("Topics that do not count", "Topics per event that are not in the vocabulary, or sensitive.",
              query(f"sum(rate(shoal_topic_candidates_total{{{S}}}{R})) "
                    f"/ clamp_min(sum(rate(shoal_events_total{{{S}}}{R})), 0.001)", "candidates"),
              query(f"sum(rate(shoal_sensitive_topics_dropped_total{{{S}}}{R})) "
                    f"/ clamp_min(sum(rate(shoal_events_total{{{S}}}{R})), 0.001)", "sensitive")),
        graph("Events out of place", "Share of all events. Late events have less weight, early ones count at the end of the epoch. "
              "Records in the wrong partition come from producers with another partitioner.",
              query(f"sum(rate(shoal_late_events_total{{{S}}}{R})) "
                    f"/ clamp_min(sum(rate(shoal_events_total{{{S}}}{R})), 0.001)", "late"),
              query(f"sum(rate(shoal_early_events_total{{{S}}}{R})) "
                    f"/ clamp_min(sum(rate(shoal_events_total{{{S}}}{R})), 0.001)", "early"),
              query(f"sum(rate(shoal_wrong_partition_total{{{S}}}{R})) "
                    f"/ clamp_min(sum(rate(shoal_events_total{{{S}}}{R})), 0.001)", "wrong partition"),
              unit="percentunit"),
        graph("Refused events", None,
              query(f"sum by (instance) (rate(shoal_refused_events_total{{{S}}}{R}))")),
    ]),
    ("How is the time spent?", [
        graph("Time by stage", "Seconds a second over all instances: handle (records), open (an epoch's opening), "
              "commit (transactions), publish (models), and waits.",
              query(f"sum by (stage) (rate(shoal_stage_duration_seconds_sum{{{S}}}{R}))", "{{stage}}"), unit="s",
              width=12),
        graph("99th percentile of durations", "By stage. Single long waits are normal; look at their share.",
              query(f"histogram_quantile(0.99, sum by (le, stage) (rate(shoal_stage_duration_seconds_bucket{{{S}}}{R})))",
                    "{{stage}}"), unit="s", width=12),
        graph("Mean time of a stage", "A batch of records, a part of an opening, a transaction, a model, a wait.",
              query(f"sum by (stage) (rate(shoal_stage_duration_seconds_sum{{{S}}}{R})) "
                    f"/ sum by (stage) (rate(shoal_stage_duration_seconds_count{{{S}}}{R}))", "{{stage}}"), unit="s",
              width=12),
        graph("Processor", "Cores in use, by instance.",
              query(f"sum by (instance) (rate(process_cpu_seconds_total{{{S}}}{R}))"), width=12),
    ]),
    ("Do transactions go through?", [
        graph("Transactions a second", "By outcome. Aborted transactions are sent again.",
              query(f"sum by (outcome) (rate(shoal_transactions_total{{{S}}}{R}))", "{{outcome}}")),
        graph("Share that is aborted", "By instance. Causes: slow or unavailable brokers, or transactions that are too large.",
              query(f'sum by (instance) (rate(shoal_transactions_total{{outcome="aborted",{S}}}{R})) '
                    f"/ sum by (instance) (rate(shoal_transactions_total{{{S}}}{R}))"), unit="percentunit"),
        graph("Time of a commit", "From the start of a transaction to its confirmed end.",
              query('histogram_quantile(0.5, sum by (le) '
                    f'(rate(shoal_stage_duration_seconds_bucket{{stage="commit",{S}}}{R})))', "half within"),
              query('histogram_quantile(0.99, sum by (le) '
                    f'(rate(shoal_stage_duration_seconds_bucket{{stage="commit",{S}}}{R})))', "99 % within"), unit="s"),
    ]),
    ("Would a restart be quick?", [
        graph("Restore", "Share of records read so far; 1: complete.",
              query(f"min by (instance) (shoal_restore_done_records{{{S}}} "
                    f"/ clamp_min(shoal_restore_expected_records{{{S}}}, 1))"), unit="percentunit"),
        graph("Age of what is saved", "The age of the oldest last snapshot and last checkpoint of a partition. It "
              "grows while there are no new records.",
              query(f"max(shoal_snapshot_age_seconds{{{S}}})", "snapshot"),
              query(f"max(shoal_checkpoint_age_seconds{{{S}}})", "checkpoint"), unit="s"),
        graph("Records since the last snapshot", "Input that a restore reads again; the ten largest.",
              query(f"topk(10, max by (partition) (shoal_snapshot_lag_records{{{S}}}))", "{{partition}}")),
        graph("Snapshots", "Bytes written to the state topic per second.",
              query(f"sum(rate(shoal_snapshots_total{{{S}}}{R}))", "snapshots of a partition"),
              query(f"sum(rate(shoal_snapshot_members_total{{{S}}}{R}))", "members"),
              query(f"sum(rate(shoal_snapshot_bytes_total{{{S}}}{R}))", "bytes")),
        graph("Checkpoints", "By outcome, between two points. Failed and refused ones cost only time, "
              "and the log says why.",
              query(f"sum by (outcome) (increase(shoal_checkpoints_total{{{S}}}{R}))", "{{outcome}}"), stacked=True),
        graph("Size of the checkpoints", "Of all partitions.",
              query(f"sum(shoal_checkpoint_bytes{{{S}}})", "bytes"),
              query(f"sum(shoal_checkpoint_members{{{S}}})", "members")),
    ]),
    ("Is there enough memory?", [
        graph("Resident memory", "Memory of each instance, and the lowest limit of a container or unit, if there is one.",
              query(f"process_resident_memory_bytes{{{S}}}"),
              query(f"min(shoal_memory_limit_bytes{{{S}}})", "limit"), unit="bytes"),
        graph("Memory in use", "Resident memory of each instance, as a share of the limit or, without one, of the machine's "
              "memory. ShoalMemoryNearLimit fires above 90 % of the limit.",
              query(f"max by (instance) (shoal_memory_used_ratio{{{S}}})"), unit="percentunit"),
        graph("Bytes a member", "Resident memory of all instances per member; it falls as the number of members grows.",
              query(f"sum(process_resident_memory_bytes{{{S}}}) / clamp_min(sum(shoal_members{{{S}}}), 1)", "bytes"),
              unit="bytes"),
        graph("Open files and threads", "Open files as a share of the process's limit.",
              query(f"max(process_open_fds{{{S}}} / process_max_fds{{{S}}})", "files, share of the limit"),
              query(f"max(process_threads{{{S}}})", "threads")),
    ]),
    ("Who asks the API?", [
        graph("Requests a second, by status", None,
              query(f"sum by (status) (rate(shoal_api_requests_total{{{S}}}{R}))", "{{status}}"), stacked=True),
        graph("Requests a second, by route", None,
              query(f"sum by (route) (rate(shoal_api_requests_total{{{S}}}{R}))", "{{route}}"), stacked=True),
        graph("Mean duration, by route", None,
              query(f"sum by (route) (rate(shoal_api_request_duration_seconds_sum{{{S}}}{R})) / "
                    f"clamp_min(sum by (route) (rate(shoal_api_request_duration_seconds_count{{{S}}}{R})), 0.001)",
                    "{{route}}"), unit="s"),
        graph("Open event streams", None, query(f"sum by (instance) (shoal_api_streams{{{S}}})"), stacked=True),
        graph("Slow readers and refused requests", "Streams whose readers were too slow, unknown tokens, requests beyond "
              "api.request-limit, and failed attempts to fetch the keys of api.oidc.issuer.",
              query(f"sum(increase(shoal_api_dropped_streams_total{{{S}}}{R}))", "dropped streams"),
              query(f"sum(increase(shoal_api_refused_logins_total{{{S}}}{R}))", "unknown tokens"),
              query(f"sum(increase(shoal_api_key_failures_total{{{S}}}{R}))", "failed fetches of keys"),
              query(f"sum(increase(shoal_api_limited_requests_total{{{S}}}{R}))", "limited requests")),
    ]),
]

# Metrics that no panel shows: old names, which the next release does not have, and what tells an operator nothing.
NOT_SHOWN = {"kafka_consumergroup_lag", "kafka_consumergroup_current_offset", "process_start_time_seconds",
             "process_virtual_memory_bytes"}
# Those of `shoal disclosure --metrics` have the job of node_exporter, and not that of the application.
NOT_OF_INSTANCES = "shoal_disclosure_"
UNITS = {"_seconds": "s", "_bytes": "bytes", "_ratio": "percentunit"}

VARIABLES = [
    {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"},
    {"name": "application", "label": "Application", "query": "label_values(shoal_build_info, job)"},
    {"name": "instance", "label": "Instance", "query": 'label_values(shoal_build_info{job="$application"}, instance)',
     "multi": True, "includeAll": True, "allValue": ".*",
     "current": {"selected": True, "text": ["All"], "value": ["$__all"]}},
]
STARTS = f"changes(process_start_time_seconds{{{S}}}[1m]) > 0"


def target(number, kind, each):
    isInstant = kind in ("stat", "table")
    return {"refId": "ABCDEFGH"[number], "datasource": SOURCE, "expr": each["expr"], "editorMode": "code",
            "legendFormat": each["legend"] or "__auto", "instant": isInstant, "range": not isInstant,
            "format": "table" if kind == "table" else "time_series"}


def options(kind, spec):
    if kind == "stat":
        return {"colorMode": "value" if "colours" in spec else "none", "graphMode": "none", "justifyMode": "auto",
                "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "textMode": "auto"}
    if kind == "table":
        return {"showHeader": True, "cellHeight": "sm", "footer": {"show": False}}
    return {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
            "tooltip": {"mode": "multi", "sort": "desc"}}


def field(kind, spec):
    colours = spec.get("colours", [(None, "text" if kind == "stat" else "green")])
    defaults = {"unit": spec.get("unit", "none" if spec.get("exact") else "short"), "noValue": "none",
                "thresholds": {"mode": "absolute",
                               "steps": [{"value": value, "color": colour} for value, colour in colours]}}
    if kind == "timeseries":
        defaults["min"] = 0
        defaults["custom"] = {"drawStyle": "line", "lineWidth": 1, "fillOpacity": 20 if spec.get("stacked") else 0,
                              "showPoints": "never", "spanNulls": False,
                              "stacking": {"mode": "normal" if spec.get("stacked") else "none", "group": "A"}}
    return {"defaults": defaults, "overrides": []}


def asked(queries, metrics):
    """The metrics, by name, that queries ask for, in their order."""
    names = [name for each in queries for name in re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", each["expr"])]
    bases = [name if name in metrics else re.sub("_(bucket|sum|count)$", "", name) for name in names]
    return [metrics[name] for name in bases if name in metrics]


def plain(metric):
    """A graph of a metric that no other panel shows: its value, its rate, or its mean."""
    series = f"{metric['name']}{{{S}}}"
    legend = " ".join(f"{{{{{label}}}}}" for label in ["instance", *metric["labels"]])
    if metric["kind"] == "counter":
        series = f"rate({series}{R})"
    if metric["kind"] == "histogram":
        series = " / ".join(f"rate({metric['name']}_{part}{{{S}}}{R})" for part in ("sum", "count"))
    unit = next((unit for ending, unit in UNITS.items() if metric["name"].endswith(ending)), "short")
    title = re.sub("^shoal_|_total$", "", metric["name"]).replace("_", " ").capitalize()
    return graph(title + (" a second" if metric["kind"] == "counter" else ""), metric["help"],
                 query(series, legend), unit=unit)


def rows(metrics):
    """The rows, and one with the metrics that they do not show."""
    shown = {metric["name"] for _, specs in ROWS for spec in specs for metric in asked(spec["queries"], metrics)}
    others = [plain(metric) for name, metric in metrics.items()
              if name not in shown | NOT_SHOWN and not name.startswith(NOT_OF_INSTANCES)]
    return ROWS + ([("Other metrics", others)] if others else [])


def layout(metrics):
    """The panels, one row of the grid after the other."""
    panels, y = [], 0
    for title, specs in rows(metrics):
        panels.append({"id": len(panels) + 1, "type": "row", "title": title, "collapsed": False, "panels": [],
                       "gridPos": {"x": 0, "y": y, "w": WIDTH, "h": 1}})
        x, y, tallest = 0, y + 1, 0
        for spec in specs:
            if x + spec["width"] > WIDTH:
                x, y, tallest = 0, y + tallest, 0
            kind = spec["kind"]
            made = {"id": len(panels) + 1, "type": kind, "title": spec["title"], "description": spec["help"] or asked(spec["queries"], metrics)[0]["help"],
                    "datasource": SOURCE, "gridPos": {"x": x, "y": y, "w": spec["width"], "h": spec["height"]},
                    "targets": [target(number, kind, each) for number, each in enumerate(spec["queries"])],
                    "options": options(kind, spec), "fieldConfig": field(kind, spec)}
            if kind == "table":
                made["transformations"] = [
                    {"id": "organize", "options": {"excludeByName": {"Time": True, "Value": True}}}]
            panels.append(made)
            x, tallest = x + spec["width"], max(tallest, spec["height"])
        y += tallest
    return panels


def variable(spec):
    made = {"hide": 0, "includeAll": False, "multi": False, **spec}
    if "type" not in spec:
        # Asked again when the time range changes: instances come and go.
        made.update({"type": "query", "datasource": SOURCE, "definition": spec["query"], "refresh": 2, "sort": 1,
                     "query": {"query": spec["query"], "refId": "Variable"}})
    return made


def dashboard(metrics):
    return {
        "uid": "shoal", "title": "Shoal", "tags": ["shoal", "kafka"], "schemaVersion": 38, "version": 1,
        "description": "Made by deploy/grafana/make_dashboard.py.", "editable": True, "graphTooltip": 1,
        "refresh": "30s", "timezone": "", "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [variable(spec) for spec in VARIABLES]},
        "annotations": {"list": [{
            "name": "Starts", "datasource": SOURCE, "enable": True, "expr": STARTS, "step": "60s",
            "iconColor": "orange", "titleFormat": "started", "textFormat": "{{instance}}", "useValueForTime": False}]},
        "links": [], "panels": layout(metrics),
    }


def main(words):
    if words not in ([], ["--print"]):
        print(__doc__, file=sys.stderr)
        return 64
    text = json.dumps(dashboard({each["name"]: each for each in json.load(sys.stdin)}), indent=1) + "\n"
    if words:
        sys.stdout.write(text)
    for file in [] if words else FILES:
        file.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

internal import ShoalSchemas

extension DisclosureReport {
    /// The help of `shoal disclosure`.
    package static let help = """
        FILE is any file that `shoal try` reads; `-` is standard input. The log is replayed in memory with the settings
        of --config and --set, each event in the epoch of its own time, and what a subscriber of the output would see is
        compared with the log. Nothing is written to Kafka. The same log and settings give the same report, byte for
        byte.

        Without FILE and --topic, `input.topic` of an application is measured, which --config, SHOAL_ variables, --set or
        --bootstrap name: from the oldest record that Kafka keeps to the end that the topic has when the command starts;
        of a longer topic, the newest \(Formatting.number(TryInput.most)) records. This takes the right Read on the topic
        (`deploy/acls.sh replay`). The command joins no group, commits nothing and writes nothing to Kafka, so it can run
        beside the instances. It measures a run that begins with these records. The application itself may have viewers
        whose older records are deleted; viewers who were erased or opted out since are measured.

        Traits. For each category of `privacy.policy`, for the topics of `privacy.sensitive-topics` in no category, and
        for each --trait, a viewer who watched one of the topics has the trait, also if the topics are dropped. The
        report tells the share of members with the trait (prior), and the highest share in a published cluster, or in
        none, of any epoch: as lift (share / prior) and as distance (|share − prior|). --trait-watches 2,25% wants two
        watches, and a quarter of all. At most \(DisclosureTraits.most) traits.

        Inference. A subscriber who knows of half of the pseudonyms in the output whether they have a trait orders the
        others by how likely they have it. AUC is the share of the pairs of one with the trait and one without that it
        orders right: 0.5 is chance, 1 always. From the last published cluster, and from all changes: the clusters and
        the time in each, the number of changes, and the day of the first. With `privacy.rotation`, in the worst period.
        Not measured if fewer than \(TraitInference.least) of a half have the trait.

        Sequences. After 1, 3, 7, 14, 21 … days of output: how many pseudonyms have a sequence of clusters that no other
        one has, and one that fewer than ten have. With `privacy.rotation`, a sequence ends with its pseudonym.

        Sizes. How large the published clusters are that members are in, the smallest one, and what is suppressed.

        Forging. max(k, n) − 1 forged viewers isolate a person, with k = `privacy.min-cluster-size` and n = the larger
        of `clusters.min-members` and `clusters.min-share` of all members in clusters: all members of a published
        cluster but one. Each needs `members.min-events` and `privacy.member-watches` events, on three days, and
        `privacy.member-age`.

        Bounds, and what --bound sets, as 0.1 or 10%:
          distance=\(ReportWords.decimal(bounds.distance, digits: 1))          |share − prior| of each trait
          lift=\(ReportWords.decimal(bounds.lift, digits: 1))              share / prior of each trait
          auc=\(ReportWords.decimal(bounds.auc, digits: 1))               AUC of each trait, by the last cluster and by all changes
          unique=\(bounds.unique / 10_000)%            unique sequences after each of the days
          fewer-than-ten=\(bounds.fewerThanTen / 10_000)%   sequences of fewer than ten pseudonyms
          records=\(bounds.records)         forged records, and the event time in days that they take
          days=\(bounds.days)
        No published cluster may be smaller than `privacy.min-cluster-size`.

        Metrics. --metrics FILE replaces FILE with the measures of the settings as given, in Prometheus' text format and
        readable by all, when the report is complete. The textfile collector of node_exporter serves files whose names
        end in .prom in its directory. A timer that repeats the command each day keeps them current. Each measure is the
        worst one of all traits, or of all days, under the name of its bound, and `smallest-cluster` is the smallest
        published one. What was not measured or is about too few viewers has no value. Labels are the application.id and
        the name of the measure. `shoal metrics docs` lists the metrics, and `deploy/prometheus/shoal.rules.yaml` has
        alerts for a bound that is missed and for old figures.

        Nothing is told of groups of fewer than `privacy.min-cluster-size` viewers: groups so small are not measured,
        and of a trait of so few viewers there are only verdicts. No cluster is named. Traits are kept in memory only.
        The log is kept in memory, too: the first \(Formatting.number(TryInput.most)) events are used.
        JSON: times are milliseconds since 1970; shares and lifts are millionths.
        """

    private static var bounds: DisclosureBounds { DisclosureBounds() }
}

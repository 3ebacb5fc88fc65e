/// The help of `shoal label`.
package enum LabelCommandHelp {
    package static let details = """
        Clusters have numbers. `shoal label CLUSTER TEXT --reason WHY` proposes a label, which the page, the API and clients show beside
        the number when another user has approved it (`--approve`). Labels are records of `labels.topic`: nothing that the
        application computes or publishes depends on them.

        A label says what is watched, and never who watches. A word of the deny list is refused: demographic ones (sex, age,
        origin, income), which are built in for English, and all sensitive topics and `labels.deny` of `privacy.policy`, in all
        spellings that look alike. Readers ignore records with such labels. TEXT has 1 to 60 characters and at most six words:
        letters, digits, spaces and - ' , . + ( ) /.

        A label expires when its cluster ends, drifts or splits, when another one is merged into it, or when more than half of its
        leading topics have changed; then propose it again. --approve takes a label that another user has proposed, as
        `/proc/self/loginuid` says; with TEXT, it must be that text. --remove takes it away. Each of these needs a reason and writes a line to `audit.file` first, and so does a
        refusal by the deny list. --list prints the cluster, the state (proposed, shown, expired or refused), the text, and who proposed
        and approved it.

        Exit status 1: the label is refused; the message says why. A cluster below `privacy.min-cluster-size` is refused as one that
        never was.
        """

    package static let examples = [
        "shoal label 17 cooking --config shoal.properties --reason 'asked for by the editors'",
        "shoal label 17 cooking --approve --config shoal.properties --reason 'topics looked at'",
        "shoal label 17 --remove --config shoal.properties --reason 'misleading'",
        "shoal label --list --config shoal.properties",
    ]
}

internal import ShoalSchemas

/// The tables and sentences of the report, for text and page.
extension DisclosureReport {
    static let traitTitles = [
        "trait", "viewers", "prior", "highest share", "lift", "epoch", "farthest", "epoch", "beyond",
    ]

    /// - Parameter least: `privacy.min-cluster-size` of the run.
    static func row(_ trait: DisclosureMeasures.Trait, least: Int64) -> [String] {
        guard let viewers = trait.viewers else {
            return [trait.title, "under \(ReportWords.number(least))"] + Array(repeating: "–", count: 7)
        }
        let (highest, farthest) = (trait.highest, trait.farthest)
        return [
            trait.title, ReportWords.number(viewers), trait.prior.map { ReportWords.share($0) } ?? "–",
            highest.map { "\(ReportWords.share($0.share)) of \(ReportWords.share($0.prior))" } ?? "–",
            highest.map { ReportWords.decimal($0.lift, digits: 2) } ?? "–", highest.map(place) ?? "–",
            farthest.map { ReportWords.decimal($0.share - $0.prior, digits: 3) } ?? "–", farthest.map(place) ?? "–",
            trait.beyond.map { ReportWords.share($0) } ?? "–",
        ]
    }

    private static func place(_ group: DisclosureMeasures.Group) -> String {
        (group.isNone ? "none, " : "") + ReportWords.shortTime(group.time)
    }

    static let inferenceTitles = ["trait", "by the last cluster", "by all changes"]

    /// The areas of the traits of which some were measured.
    static func inferences(_ measures: DisclosureMeasures) -> [[String]] {
        func area(_ trait: DisclosureMeasures.Trait, _ area: Int64?) -> String {
            if trait.holdsAUC == nil { return "too few" }
            return area.map { ReportWords.decimal($0, digits: 3) } ?? "–"
        }
        return measures.traits.map { [$0.title, area($0, $0.aucCluster), area($0, $0.aucHistory)] }
    }

    /// What is measured, and what the worst one means.
    static func inferenceText(_ measures: DisclosureMeasures) -> String {
        let worst = measures.traits.compactMap(\.auc).max()
        let example =
            worst.map {
                " So the worst: a subscriber who knows half of the viewers' traits orders the others right in "
                    + "\(ReportWords.decimal($0 * 100, digits: 0)) of 100 pairs."
            } ?? ""
        return
            "How well a subscriber who knows of half of the pseudonyms whether they have the trait tells it of the others, from what "
            + "is published of them: in how many of 100 pairs of a viewer with the trait and one without, it says which is which "
            + "(AUC, as a share of 1); 0.5 is chance, and 1 always.\(example) By all changes: by which clusters a pseudonym was in, and for "
            + "how long, how many changes it has, and the day of the first. With rotation, in the worst period of "
            + "pseudonyms. Not measured if fewer than \(TraitInference.least) of a half have the trait."
    }

    static let sequenceTitles = [
        "", "pseudonyms", "changes each", "unique", "under 10", "median set", "unique with epochs",
        "under 10 with epochs",
    ]

    static func row(_ sequences: DisclosureMeasures.Sequences) -> [String] {
        [
            sequences.title, ReportWords.number(sequences.members),
            ReportWords.decimal(sequences.changes * 10_000, digits: 2),
            ReportWords.share(sequences.unique), ReportWords.share(sequences.fewerThanTen),
            ReportWords.number(sequences.medianSet), ReportWords.share(sequences.timedUnique),
            ReportWords.share(sequences.timedFewerThanTen),
        ]
    }

    static func facts(_ sizes: DisclosureMeasures.Sizes) -> [(name: String, value: String)] {
        func size(_ size: Int64?) -> String {
            size.map(ReportWords.number) ?? "under \(ReportWords.number(sizes.least))"
        }
        var facts = zip(DisclosureMeasures.percents, sizes.quantiles).map { percent, value in
            (name: "\(percent) % are seen among at most", value: "\(size(value))")
        }
        let classes = zip(sizes.suppressed, ["none", "1–4", "5+"])
            .filter { $0.0 > 0 }.map { "\($0.1) in \(ReportWords.share($0.0)) of the epochs" }
        facts += [
            ("smallest published cluster", sizes.smallest == nil && sizes.holds ? "none" : size(sizes.smallest)),
            ("privacy.min-cluster-size", ReportWords.number(sizes.least)),
            ("seen among fewer than that", ReportWords.share(sizes.seenUnderLeast)),
            ("in no published cluster", ReportWords.share(sizes.none)),
            ("suppressed clusters", classes.isEmpty ? "none" : classes.joined(separator: ", ")),
            (
                "viewers in them, on average",
                sizes.suppressedMembers == 0
                    ? "under \(ReportWords.number(sizes.least))"
                    : "at least \(ReportWords.number(sizes.suppressedMembers))"
            ),
        ]
        return facts
    }

    /// What is measured, and how.
    var traitText: String {
        let share = traitPercent > 0 ? ", which are \(traitPercent) % of all that it watched," : ""
        return
            "A viewer has a trait after \(Formatting.count(traitWatches, "watch", plural: "watches"))\(share) of its topics in the "
            + "whole log, also of topics that are dropped. The prior is the share of all members of an epoch who have it, and P that of "
            + "the members of one published cluster, or of those in none. Shown are the groups with the highest P in relation to "
            + "the prior and with the P farthest from it, over all epochs; beyond is the share of members and epochs in groups that "
            + "miss a bound. Groups of fewer than privacy.min-cluster-size members are not measured, and of a trait of fewer viewers "
            + "only the verdicts are shown."
    }

    static let sequenceText =
        "A sequence is all clusters in which a pseudonym was published, in their order. Unique: no other pseudonym has the same; "
        + "under 10: fewer than ten have it. With epochs: the same if it is also known when each change was published. Days are those of "
        + "UTC; the first one has the first published change."

    /// What to compare if a bound of sequences is missed; nil if none is.
    var sequenceAdvice: String? {
        guard let run = runs.first, missed.contains(where: { $0.hasPrefix("sequences, ") }) else { return nil }
        let every = run.settings.first { $0.name == "output.every" }?.value
        switch every {
        case "1d", "7d":
            return
                "Sequences are rarer the more clusters there are, and the longer they are. A rotation at each publication has them "
                + "begin anew: compare `--with privacy.rotation=\(every ?? "")`, `--with clusters.max=16` and `--with "
                + "profile.half-life=7d`, and others of their kind."
        default:
            return
                "Sequences are rarer the more often changes are published: compare `--with output.every=1d` and `--with "
                + "output.every=7d`, which cost news."
        }
    }

    static let sizesText =
        "Over members and epochs: how many pseudonyms are published in the same cluster. A cluster has more members than are seen in it "
        + "while changes wait to be published together with others."

    static func forgingText(_ forging: DisclosureMeasures.Forging) -> String {
        "A cluster is published from privacy.min-cluster-size (k) members on that count, and lasts with n = max(clusters.min-members, "
            + "clusters.min-share of all members in clusters). A member counts, whoever made it, privacy.member-age after its first "
            + "watch, if it watched on three days, with privacy.member-watches events. So max(k, n) − 1 forged viewers "
            + "isolate one person whose watches are like theirs and unlike all others: "
            + "\(ReportWords.number(forging.viewers)) viewers and \(ReportWords.number(forging.records)) records at least. The cluster is "
            + "published after \(ReportWords.span(forging.milliseconds)) at the earliest. In an application younger than "
            + "privacy.member-age, every member with members.min-events events counts. This is computed, not tried: an attack may "
            + "need more."
    }

    /// One sentence with the verdict.
    var verdict: String {
        let (count, all) = (missed.count, lines.count { $0.values[0] != nil })
        return count == 0
            ? "All \(all) bounds are met." : "\(count) of \(all) bounds are missed."
    }

    /// The name of each run.
    var names: [String] { runs.map { $0.with.isEmpty ? "as given" : $0.with } }
}

/// A figure of a report in words, against a yardstick: values that are usual for the logs and streams of docs/results.md.
struct Verdict {
    /// One or two words, such as `few`.
    let word: String
    /// The yardstick, and what changes the figure if it is not good; empty if nothing is to be said.
    let reason: String

    /// The word and the reason.
    var text: String { reason.isEmpty ? word : "\(word) (\(reason))" }

    /// Moves for each eligible member and day.
    static func moves(_ millionths: Int64) -> Verdict {
        let usual = "usual: 0.05 to 0.15"
        return switch millionths {
        case ..<50_000: Verdict(word: "few", reason: usual)
        case ...150_000: Verdict(word: "usual", reason: usual)
        default: Verdict(word: "more than most", reason: "\(usual); a longer profile.half-life gives fewer")
        }
    }

    /// The share of moves that undo the one before.
    static func returned(_ millionths: Int64) -> Verdict {
        millionths <= 250_000
            ? Verdict(word: "usual", reason: "usual: up to 25 %")
            : Verdict(
                word: "many",
                reason: "usual: up to 25 %; members waver between clusters: a longer profile.half-life or fewer "
                    + "clusters (clusters.max) help")
    }

    /// The similarity in relation to that of batch k-means with as many clusters.
    static func objective(_ millionths: Int64) -> Verdict {
        switch millionths {
        case 970_000...: Verdict(word: "as good as a batch", reason: "97 % and more")
        case 920_000...: Verdict(word: "nearly as good as a batch", reason: "97 % is usual")
        default:
            Verdict(
                word: "worse than most",
                reason: "97 % is usual: the clusters are behind the tastes; a shorter epoch.length or a longer log help"
            )
        }
    }

    /// The share of eligible members that are in no cluster.
    static func unassigned(_ millionths: Int64) -> Verdict {
        switch millionths {
        case ..<50_000: Verdict(word: "few", reason: "usual: up to 15 %")
        case ...150_000: Verdict(word: "usual", reason: "usual: up to 15 %")
        default:
            Verdict(
                word: "many",
                reason: "usual: up to 15 %; their tastes are unlike each cluster: more events "
                    + "(members.min-events), or more and smaller clusters (clusters.min-members)")
        }
    }
}

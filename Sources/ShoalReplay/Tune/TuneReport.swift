internal import Foundation
internal import ShoalSchemas
internal import ShoalSettings

/// The result of a search for better settings.
package struct TuneReport: Codable, Equatable, Sendable {
    package var input: String
    /// Events on which settings were tried, and watches on which they were judged.
    package var triedEvents: Int
    package var judgedWatches: Int
    package var attempts: [Tuner.Attempt]
    /// The settings that should be changed, with their values.
    package var recommended: [String: String]
    /// The values of these settings as they are.
    package var given: [String: String]
    /// The score of the settings as they are, and of the recommended ones.
    package var before: TuneScore
    package var after: TuneScore

    /// - Parameters:
    ///   - given: the values of all settings that were tried, as they are.
    ///   - agreements: over privacy keys, of the settings as they are and of the best ones; nil if they are the same.
    package init?(
        _ log: TuneLog, _ tuner: Tuner, given: [String: String], agreements: (before: Int64, after: Int64?)
    ) {
        guard let first = tuner.attempts.first, let last = tuner.attempts.last(where: \.isBest) else { return nil }
        (input, triedEvents, judgedWatches) = (log.input.path, log.tried, log.judgedWatches)
        (attempts, recommended) = (tuner.attempts, tuner.best)
        self.given = given.filter { tuner.best[$0.key] != nil }
        (before, after) = (first.score, last.score)
        before.agreement = agreements.before
        after.agreement = agreements.after ?? agreements.before
    }

    /// The report as one line of JSON.
    package func json() throws -> String {
        try ReportJSON.encode(self, names: .useDefaultKeys)
    }

    /// The recommended settings as lines of a file of settings.
    package var properties: String {
        recommended.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }.joined()
    }

    /// The report as text for a terminal.
    package func text(width: Int = 100, hasColor: Bool = false) -> String {
        var page = TextPage(width: width, hasColor: hasColor)
        page.heading("Tried", "on the first \(ReportWords.number(triedEvents)) events of \(input.printable)")
        page.paragraph(
            "Judged by the \(ReportWords.number(judgedWatches)) watches after them, of viewers who were there before. "
                + Self.explanation)
        page.table(
            Self.titles.enumerated().map { index, title in
                .init(title: title, isRight: index > 1, stretch: index == 1 ? 1 : 0)
            }, attempts.map(Self.row))
        page.heading("Recommended")
        for line in advice { page.paragraph(line) }
        return page.text
    }

    /// The titles of the table's columns.
    static let titles = ["", "setting", "gain", "hits", "moves a day", "members", "clusters", "suppressed", "points"]

    /// Explains the table.
    static let explanation =
        "The watches of one half of the viewers are predicted by those of the other half. Gain: by how many bits the topics of "
        + "a watch are less surprising if the viewer's cluster is known. Hits: the share of watches with one of the three topics "
        + "that the cluster watches most. Points: the gain, less half of it for "
        + "one move a member and day. A value is chosen (*) if it has 1 % more points than the best before it, and leaves nine of ten members in "
        + "clusters."

    static func row(_ attempt: Tuner.Attempt) -> [String] {
        let score = attempt.score
        let name = attempt.name.map { "\($0)=\(attempt.value ?? "")" } ?? "as given"
        let suppressed = SuppressedCount.name(score.suppressed, none: "none", to: "–")
        return [
            attempt.isBest ? "*" : " ", name, ReportWords.decimal(score.gain, digits: 4),
            ReportWords.share(score.predicted),
            ReportWords.decimal(score.movesPerDay), ReportWords.number(score.members), "\(score.clusters)", suppressed,
            ReportWords.decimal(score.points, digits: 4),
        ]
    }

    /// Sentences with the recommendation and its reasons.
    var advice: [String] {
        guard !recommended.isEmpty else {
            return ["Keep the settings: none of those that were tried is better.", stability]
        }
        var lines = recommended.keys.sorted().map { name in
            "\(name)=\(recommended[name] ?? "") (instead of \(given[name] ?? "its default"))"
        }
        lines.append(
            "Knowing the cluster makes a watch \(ReportWords.decimal(after.gain, digits: 4)) bits less surprising instead of "
                + "\(ReportWords.decimal(before.gain, digits: 4)), and \(ReportWords.share(after.predicted)) of the watches are hits instead of "
                + "\(ReportWords.share(before.predicted)); the topics that all viewers watch most hit "
                + "\(ReportWords.share(before.popular)). A member moves \(ReportWords.decimal(after.movesPerDay)) times a day instead "
                + "of \(ReportWords.decimal(before.movesPerDay)). \(ReportWords.count(after.members, "member")) are in a published "
                + "cluster instead of \(ReportWords.number(before.members)).")
        lines.append(stability)
        let fixed = recommended.keys.filter { Setting.setting(named: $0)?.scope == .fixedForLife }.sorted()
        if !fixed.isEmpty {
            lines.append(
                "\(fixed.joined(separator: " and ")) cannot be changed in a running application: start another one. The "
                    + "others take effect with a higher settings.revision.")
        }
        return lines
    }

    private var stability: String {
        let (before, after) = (before.agreement ?? 0, after.agreement ?? 0)
        let text = "Under another privacy key, the clusters agree with an ARI of \(ReportWords.decimal(after))"
        return before == after ? "\(text)." : "\(text) instead of \(ReportWords.decimal(before))."
    }
}

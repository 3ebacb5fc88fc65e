internal import ShoalSchemas

/// The parts of the output of `shoal try` beside the report of the replay.
package struct TryReport {
    private let input: TryInput
    private let settings: TrySettings

    package init(_ input: TryInput, _ settings: TrySettings) {
        self.input = input
        self.settings = settings
    }

    /// Describes the fields, the events and the settings.
    package func introduction(width: Int, hasColor: Bool) -> String {
        var page = TextPage(width: width, hasColor: hasColor)
        page.heading("Fields", input.mapping == nil ? "the file has Shoal's own form" : "guessed; --map corrects them")
        if let mapping = input.mapping {
            page.table(
                [.init(title: "field"), .init(title: "read from"), .init(title: "such as", stretch: 1)],
                EventMapping.Field.allCases.map { row($0, mapping) })
            if let condition = mapping.condition {
                let values = condition.values.joined(separator: " or ")
                page.paragraph("only records whose \(condition.path.text) is \(values)")
            }
            if let batch = mapping.batch { page.paragraph("each element of \(batch.text) is an event") }
        }
        page.heading("Events")
        page.list(facts)
        page.heading("Settings", "chosen for these events")
        page.list(settings.choices.map { ("\($0.name)=\($0.value)", $0.reason) })
        return page.text
    }

    private func row(_ field: EventMapping.Field, _ mapping: EventMapping) -> [String] {
        guard let source = mapping[field] else { return [field.rawValue, "–", absence(of: field)] }
        let value = mapping.parts.first { $0.name == field.rawValue }?.value ?? source.path.text
        return [field.rawValue, value, (input.examples[field] ?? []).joined(separator: "  ")]
    }

    private func absence(of field: EventMapping.Field) -> String {
        switch field {
        case .watched: "every watch counts as a whole one, or as a minute if the duration is unknown"
        case .duration: "unknown: the longer the watch, the more it counts"
        case .id: "none: repeated events count again"
        case .video: "not needed"
        case .viewer, .topics, .time: ""
        }
    }

    private var facts: [(name: String, value: String)] {
        let facts = input.facts
        let events = ReportWords.number(input.events) + (input.isCut ? ", the first ones of the file" : "")
        let viewers = ReportWords.number(facts.viewers)
        var lines = [
            (name: "events", value: events),
            ("viewers", "\(viewers), half of them with \(facts.medianEvents) events and more"),
            ("topics", ReportWords.number(facts.topics)),
            (
                "time",
                "\(ReportWords.time(facts.firstTime)) to \(ReportWords.time(facts.lastTime)) UTC, " + length
            ),
        ]
        for (reason, count) in input.rejected.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            lines.append(("left out", "\(ReportWords.number(count)): \(reason.rawValue)"))
        }
        for fault in input.firstFaults { lines.append(("for instance", fault)) }
        return lines
    }

    /// How long the events' time is, and how long most of it if a few wrong times stretch it.
    private var length: String {
        let whole = input.facts.lastTime - input.facts.firstTime
        let most = input.facts.span
        return ReportWords.span(whole)
            + (most < whole / 2 ? ", 98 % of the events within \(ReportWords.span(most))" : "")
    }

    /// The lines of a file of settings with which a live application does the same.
    /// - Parameter topicsFile: the path of the file with the topics.
    package func properties(topicsFile: String) -> String {
        var lines = ["# Settings for \(input.path), chosen by `shoal try`."]
        for choice in settings.choices {
            lines.append("# \(choice.reason)\n\(choice.name)=\(choice.value.replacing("\\", with: "\\\\"))")
        }
        if !settings.has("topics.file") { lines.append("topics.file=\(topicsFile)") }
        if let mapping = input.mapping {
            // In a file of settings, a backslash escapes itself.
            lines.append("input.map=\(mapping.text.replacing("\\", with: "\\\\"))")
        }
        lines.append("# What a live application needs besides; for a secured cluster see docs/operations.md.")
        lines.append(
            settings.brokers.map { "kafka.bootstrap.servers=\($0)" } ?? "# kafka.bootstrap.servers=localhost:9092")
        if !settings.has("privacy.key-file") { lines.append("# privacy.key-file=shoal.key") }
        if !settings.has("privacy.policy"), !settings.has("privacy.sensitive-topics") {
            lines.append(
                "# Sensitive topics, which otherwise make and name clusters as any others do; see docs/privacy.md.")
            lines.append("# privacy.policy=deploy/policy/policy.properties")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// A line of a script that cannot be parsed: its number, and the expected form.
public struct DriftScriptError: Error, Equatable, CustomStringConvertible {
    /// The line number, from 1.
    public var line: Int
    public var description: String
}

extension DriftScript {
    /// Parses a script: one step per line, preceded by its epoch. Empty lines and comments after `#` are ignored.
    ///
    ///     40 birth 0.03            # a new archetype with new viewers, 3 % of the initial ones; `like 4`: shares half its core with 4
    ///     60 split 3               # half of archetype 3's viewers get another second half of the core
    ///     80 merge 5 6 over 10     # 5 and 6 become one within 10 epochs
    ///     100 silence 8            # 8's viewers stop watching
    ///     100 scatter 9 to 0 1 2   # 9's viewers turn to other archetypes
    ///     40 drift 7 every 12      # 7 gets a new core topic every 12 epochs
    ///     50 viral chess 0.4 for 6 # one topic takes 40 % of all watches for 6 epochs
    ///
    /// `StreamShape.validate` checks whether the archetypes exist.
    public init(text: String) throws(DriftScriptError) {
        self.init()
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        for (index, line) in lines.enumerated() {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard !words.isEmpty else { continue }
            guard words.count >= 2, let epoch = Int(words[0]), let action = Action(words: words[1...].map(String.init))
            else {
                throw DriftScriptError(
                    line: index + 1,
                    description: "\"\(words.joined(separator: " "))\" is not a step: it must be an epoch and one of "
                        + Action.forms.map { "`\($0)`" }.joined(separator: ", "))
            }
            steps.append(Step(epoch, action))
        }
    }
}

extension DriftScript.Action {
    static let forms = [
        "birth SHARE [like A]", "split A", "merge A B over EPOCHS", "silence A", "scatter A to B ...",
        "drift A every EPOCHS", "viral TOPIC SHARE for EPOCHS",
    ]

    /// The step in the form that `init(text:)` parses.
    public var text: String {
        switch self {
        case .birth(let share, let like): "birth \(share)" + (like.map { " like \($0)" } ?? "")
        case .split(let archetype): "split \(archetype)"
        case .converge(let first, let second, let epochs): "merge \(first) \(second) over \(epochs)"
        case .silence(let archetype): "silence \(archetype)"
        case .scatter(let archetype, let others):
            "scatter \(archetype) to \(others.map(String.init).joined(separator: " "))"
        case .wander(let archetype, let every): "drift \(archetype) every \(every)"
        case .viral(let topic, let share, let epochs): "viral \(TopicNames.name(topic)) \(share) for \(epochs)"
        }
    }

    init?(words: [String]) {
        func number(_ index: Int) -> Int? { index < words.count ? Int(words[index]) : nil }
        func share(_ index: Int) -> Double? { index < words.count ? Double(words[index]) : nil }
        func says(_ index: Int, _ word: String) -> Bool { index < words.count && words[index] == word }
        switch (words[0], words.count) {
        case ("birth", 2):
            guard let share = share(1) else { return nil }
            self = .birth(share: share)
        case ("birth", 4):
            guard let share = share(1), says(2, "like"), let like = number(3) else { return nil }
            self = .birth(share: share, like: like)
        case ("split", 2):
            guard let archetype = number(1) else { return nil }
            self = .split(archetype)
        case ("merge", 5):
            guard let first = number(1), let second = number(2), says(3, "over"), let epochs = number(4) else {
                return nil
            }
            self = .converge(first, second, epochs: epochs)
        case ("silence", 2):
            guard let archetype = number(1) else { return nil }
            self = .silence(archetype)
        case ("scatter", 4...):
            let others = words[3...].compactMap { Int($0) }
            guard let archetype = number(1), says(2, "to"), others.count == words.count - 3 else { return nil }
            self = .scatter(archetype, to: others)
        case ("drift", 4):
            guard let archetype = number(1), says(2, "every"), let every = number(3) else { return nil }
            self = .wander(archetype, every: every)
        case ("viral", 5):
            guard let topic = TopicNames.number(of: words[1]), let share = share(2), says(3, "for"),
                let epochs = number(4)
            else { return nil }
            self = .viral(topic: topic, share: share, epochs: epochs)
        default: return nil
        }
    }
}

internal import ShoalClustering
internal import ShoalSchemas

/// Settings that suit given events.
package struct TrySettings {
    /// A setting in the configuration's notation, and why it has this value.
    package struct Choice: Sendable {
        package var name: String
        package var value: String
        package var reason: String
    }

    package private(set) var choices: [Choice] = []
    /// Why there can be no clusters; nil: there can.
    package private(set) var refusal: String?
    /// How many partitions suit a live application: up to eight, of 500 viewers each at least, because the clock of a
    /// partition waits for several viewers.
    package let partitions: Int
    /// The brokers that were given.
    private(set) var brokers: String?

    private static let hour: Int64 = 3_600_000
    private static let day = 24 * hour
    /// The default minimum size of a cluster.
    private static let smallest = Int(Settings().clustersMinMembers)

    /// - Parameter given: Values by name that were given, and replace choices.
    package init(_ facts: AudienceFacts, keeping given: [String: String] = [:]) {
        partitions = [8, 4, 2].first { facts.viewers >= $0 * 500 } ?? 1
        let minEvents = max(min(facts.medianEvents / 2, 5), 1)
        let eligible = facts.viewers(withEvents: minEvents)
        let epoch = Self.epoch(facts.span)
        let models = max(facts.span / epoch, 1)
        add("epoch.length", Formatting.setting(epoch), "about \(models) models over the events' time")
        let perDay = Double(facts.medianEvents) / max(Double(facts.span) / Double(Self.day), 0.01)
        let halfLife = Self.halfLife(perDay: perDay, span: facts.span)
        add(
            "profile.half-life", Formatting.setting(halfLife),
            "half of the viewers have \(facts.medianEvents) events and more")
        add("members.min-events", "\(minEvents)", "\(eligible) of \(facts.viewers) viewers have so many")
        let seed = max(min(1_000, eligible / 3), 2)
        add("clusters.seed-members", "\(seed)", "a third of them, at most 1,000")
        let least = max(min(100, eligible / 20), 10)
        add(
            "privacy.min-cluster-size", "\(least)",
            least < 100
                ? "so that few viewers have clusters at all; choose it by your privacy rules"
                : "the default")
        if eligible < 2 * Self.smallest {
            refusal =
                "\(eligible) viewers have \(minEvents) events or more. Two clusters of at least \(Self.smallest) members "
                + "need \(2 * Self.smallest); smaller ones do not last. Use a log of a longer time, or of more viewers."
        }
        keep(given)
    }

    /// The lines of a file of settings, as `--set` takes them.
    package var sets: [String] { choices.map { "\($0.name)=\($0.value)" } }

    /// Takes what was given. Properties of Kafka's client, which may be secrets, and the mapping, which is told elsewhere,
    /// are none of the choices.
    private mutating func keep(_ given: [String: String]) {
        for (name, value) in given.sorted(by: { $0.key < $1.key })
        where !name.hasPrefix("kafka.") && name != "input.map" {
            let choice = Choice(name: name, value: value, reason: "as given")
            if let index = choices.firstIndex(where: { $0.name == name }) {
                choices[index] = choice
            } else {
                choices.append(choice)
            }
        }
        brokers = given["kafka.bootstrap.servers"]
    }

    /// Whether a choice is about this setting.
    package func has(_ name: String) -> Bool { choices.contains { $0.name == name } }

    private mutating func add(_ name: String, _ value: String, _ reason: String) {
        choices.append(Choice(name: name, value: value, reason: reason))
    }

    /// The length that divides the time into about a hundred epochs: one of those that people use.
    private static func epoch(_ span: Int64) -> Int64 {
        let lengths: [Int64] = [60_000, 300_000, 900_000, hour, 3 * hour, 6 * hour, day, 7 * day, 30 * day]
        return lengths.last { $0 <= max(span / 60, 60_000) } ?? 60_000
    }

    /// The time in which a viewer has about ten events, a day at least; no longer than the log.
    private static func halfLife(perDay: Double, span: Int64) -> Int64 {
        let days: [Int64] = [1, 2, 3, 7, 14, 30, 60, 180, 365]
        let wanted = 10 / max(perDay, 0.001)
        let fitting = days.first { Double($0) >= wanted } ?? 365
        return max(min(fitting * day, max(span / day, 1) * day), day)
    }
}

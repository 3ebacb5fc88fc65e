package import ShoalClustering
package import ShoalPipeline
internal import ShoalSchemas

/// Which viewers of a log have which sensitive traits: those who watched topics of a category. It reads the events as they
/// are, with the topics that never enter a profile.
package struct DisclosureTraits: Sendable {
    /// What makes a trait.
    package enum Kind: String, Codable, Sendable {
        /// The topics of a category of `privacy.policy`.
        case category
        /// The topics of `privacy.sensitive-topics` that are in no category.
        case list
        /// One topic, as it is spelled.
        case topic
    }

    package struct Trait: Equatable, Sendable {
        package var kind: Kind
        package var name: String
    }

    /// How much a viewer must have watched to have a trait.
    package struct Least: Equatable, Sendable {
        /// A number of watches.
        package var watches = 1
        /// A share of all watches of the viewer, in percent.
        package var percent = 0

        package init(watches: Int = 1, percent: Int = 0) {
            (self.watches, self.percent) = (watches, percent)
        }
    }

    /// The most traits: each viewer has one bit for each.
    package static let most = 64

    package private(set) var traits: [Trait] = []
    package let least: Least
    /// The number of viewers with each trait.
    package private(set) var counts: [Int64] = []
    /// The ids of all viewers, in the order of their first watches, and the traits of each: a bit for each trait.
    private var viewers: [[UInt8]] = []
    private var bits: [UInt64] = []

    /// - Parameters:
    ///   - settings: Those of all runs. A category has the topics of the first one that has the category.
    ///   - topics: Single topics.
    /// - Throws: `ReplayError` if there are too many traits, or no event has one of the topics.
    package init(_ input: TryInput, of settings: [Settings], topics: [String], least: Least = Least()) throws {
        self.least = least
        var categories: [(name: String, policy: TopicPolicy)] = []
        for policy in settings.map(\.policy) {
            for name in Set(policy.rules.compactMap(\.category)).sorted()
            where !categories.contains(where: { $0.name == name }) {
                categories.append((name, policy))
            }
        }
        let listing = settings.first { !$0.sensitiveTopics.isEmpty }
        traits = categories.map { Trait(kind: .category, name: $0.name) }
        if listing != nil { traits.append(Trait(kind: .list, name: "privacy.sensitive-topics")) }
        traits += topics.map { Trait(kind: .topic, name: $0) }
        guard traits.count <= Self.most else {
            throw ReplayError(
                .input,
                "\(traits.count) categories and topics are too many: at most \(Self.most) can be measured at once")
        }
        let (list, names) = (listing.map(SensitiveTopics.init), topics.map { Array($0.utf8) })
        let own = categories.count + (listing == nil ? 0 : 1)
        var unseen = Set(names)
        read(input) { name in
            var bits: UInt64 = 0
            for (index, category) in categories.enumerated()
            where category.policy.rule(for: name)?.category == category.name { bits |= 1 << UInt64(index) }
            if let list, bits == 0, list.contains(name) { bits |= 1 << UInt64(categories.count) }
            for (index, topic) in names.enumerated() where topic[...] == name {
                bits |= 1 << UInt64(own + index)
                unseen.remove(topic)
            }
            return bits
        }
        if let name = topics.first(where: { unseen.contains(Array($0.utf8)) }) {
            throw ReplayError(.input, "\(input.path): no event has the topic \(name.printable), which --trait names")
        }
    }

    package var viewerCount: Int { viewers.count }

    /// - Parameter traits: Returns the traits that a topic is of.
    private mutating func read(_ input: TryInput, _ traits: (ArraySlice<UInt8>) -> UInt64) {
        var (numbers, topics): ([[UInt8]: Int], [[UInt8]: UInt64]) = ([:], [:])
        var (watches, all): ([Int32], [Int32]) = ([], [])
        var seen: Set<UInt64> = []
        let width = self.traits.count
        input.forEachEvent { event in
            let id = Array(event.text[event.viewer])
            let viewer = numbers[id] ?? viewers.count
            if viewer == viewers.count {
                numbers[id] = viewer
                viewers.append(id)
                all.append(0)
                watches += repeatElement(0, count: width)
            }
            // A repeated event is one watch.
            let key = Array(event.text[event.id])
            if !key.isEmpty {
                var hash = SequenceHash()
                for byte in key { hash.add(UInt64(byte)) }
                guard seen.insert(hash.value).inserted else { return }
            }
            all[viewer] += 1
            var bits: UInt64 = 0
            for topic in event.topics {
                let name = Array(event.text[topic.name])
                let found = topics[name] ?? traits(name[...])
                topics[name] = found
                bits |= found
            }
            while bits != 0 {
                watches[viewer * width + bits.trailingZeroBitCount] += 1
                bits &= bits - 1
            }
        }
        bits = Array(repeating: 0, count: viewers.count)
        counts = Array(repeating: 0, count: width)
        for viewer in viewers.indices {
            for trait in 0..<width {
                let count = Int(watches[viewer * width + trait])
                guard count >= max(least.watches, 1), count * 100 >= least.percent * Int(all[viewer]) else { continue }
                bits[viewer] |= 1 << UInt64(trait)
                counts[trait] += 1
            }
        }
    }

    /// Returns the traits of the viewers that have some, by stored pseudonym.
    package func byMember(_ key: PrivacyKey) -> [Pseudonym: UInt64] {
        var members: [Pseudonym: UInt64] = [:]
        for (viewer, bits) in zip(viewers, bits) where bits != 0 { members[key.storedPseudonym(of: viewer)] = bits }
        return members
    }
}

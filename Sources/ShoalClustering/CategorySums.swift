/// What viewers who watched a neutralized category watch beside it, and what all viewers do: in an epoch delta in its epoch, in a
/// model over all epochs, the older ones with less weight.
public struct CategorySums: Equatable, Sendable {
    /// The name of the category in `privacy.policy`; empty for all viewers.
    public var category: [UInt8]
    /// The members that watched in an epoch, each once an epoch. In a model: · 2¹⁵.
    public var viewers: Int64
    /// The sums of the shares that topics have in their profiles, Q15; ascending, no zero.
    public var shares: [SumEntry]

    public init(category: [UInt8], viewers: Int64, shares: [SumEntry]) {
        self.category = category
        self.viewers = viewers
        self.shares = shares
    }
}

/// Which members watched topics of neutralized categories in the open epoch. It is forgotten when the epoch is closed, and no
/// member has it.
struct OpenCategories {
    /// A bit for each category, by its place in `TopicPolicy.neutralized`.
    private var bits: [Pseudonym: UInt64] = [:]

    /// The most members. What further ones watch is not counted in this epoch.
    static let most = 1 << 20

    init() {}

    init(_ viewers: [CategoryViewer]) { for viewer in viewers { bits[viewer.member] = viewer.categories } }

    /// Ascending.
    var viewers: [CategoryViewer] {
        bits.map { CategoryViewer(member: $0.key, categories: $0.value) }.sorted { $0.member < $1.member }
    }

    subscript(member: Pseudonym) -> UInt64 { bits[member] ?? 0 }

    mutating func add(_ category: Int, of member: Pseudonym) {
        guard let known = bits[member] ?? (bits.count < Self.most ? 0 : nil) else { return }
        bits[member] = known | 1 << UInt64(category)
    }

    mutating func forget(_ member: Pseudonym) { bits[member] = nil }

    mutating func removeAll() { bits.removeAll(keepingCapacity: true) }
}

/// A member who watched topics of neutralized categories in the open epoch.
public struct CategoryViewer: Equatable, Sendable {
    public var member: Pseudonym
    /// A bit for each category, by its place in `TopicPolicy.neutralized`.
    public var categories: UInt64

    public init(member: Pseudonym, categories: UInt64) {
        self.member = member
        self.categories = categories
    }
}

extension Shard {
    /// Returns what the members watch that were handled in the epoch that is closed, and forgets which of them watched a
    /// neutralized category. Genesis is counted with the first epoch.
    mutating func takeCategories() -> [CategorySums] {
        guard let openEpoch, !current.neutralized.isEmpty else { return [] }
        var groups = [Group](repeating: Group(), count: 1 + current.neutralized.count)
        for (slot, member) in members.slots.enumerated() where member.isUsed && member.lastEpoch == openEpoch {
            groups[0].add(members, slot)
            var bits = openCategories[member.pseudonym]
            while bits != 0 {
                groups[1 + bits.trailingZeroBitCount].add(members, slot)
                bits &= bits - 1
            }
        }
        openCategories.removeAll()
        let names = [[]] + current.neutralized.map { Array($0.utf8) }
        return zip(names, groups).filter { $1.viewers > 0 }.map { name, group in
            CategorySums(category: name, viewers: group.viewers, shares: [SumEntry](row: group.shares))
        }
    }
}

/// The shares of topics in the profiles of some members.
private struct Group {
    private(set) var viewers: Int64 = 0
    private(set) var shares: [Int64] = []

    mutating func add(_ members: borrowing MemberTable, _ slot: Int) {
        viewers += 1
        let topics = members.topics.span.extracting(members.range(slot))
        var total: UInt64 = 0
        for place in topics.indices { total += UInt64(topics[place].weight) }
        guard total > 0 else { return }
        if shares.count < members.topicBound {
            shares.append(contentsOf: repeatElement(0, count: members.topicBound - shares.count))
        }
        for place in topics.indices {
            shares[Int(topics[place].number)] += Int64((UInt64(topics[place].weight) << 15) / total)
        }
    }
}

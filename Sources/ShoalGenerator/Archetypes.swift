/// The taste groups of a stream. Each has a list of core topics; all groups share the same weights by rank.
struct Archetypes: Sendable {
    /// The core topics of each archetype, by rank.
    private(set) var cores: [[Int]] = []
    let weights: [Double]
    private var unused: [Int] = []
    /// How many of the shape's given cores are taken.
    private var given = 0
    private let shape: StreamShape

    init(_ shape: StreamShape, _ draws: inout Draws) {
        self.shape = shape
        weights = (1...shape.coreTopics).map { 1 / Elementary.power(Double($0), shape.coreExponent) }
        for _ in 0..<shape.archetypes { add(&draws) }
    }

    static func poolTopics(_ shape: StreamShape) -> Int {
        Int((shape.poolShare * Double(shape.coreTopics)).rounded())
    }

    @discardableResult
    mutating func add(_ draws: inout Draws) -> Int {
        if let given = addGiven() { return given }
        var pool = Array(0..<shape.poolSize)
        draws.shuffle(&pool)
        var core = Array(pool.prefix(Self.poolTopics(shape)))
        while core.count < shape.coreTopics { core.append(unusedTopic(besides: core, &draws)) }
        draws.shuffle(&core)
        cores.append(core)
        return cores.count - 1
    }

    /// Adds an archetype that shares the first half of its core with another one, unless its core is given.
    mutating func add(like other: Int, _ draws: inout Draws) -> Int {
        if let given = addGiven() { return given }
        let kept = shape.coreTopics / 2
        let added = add(&draws)
        cores[added] = Array(cores[other].prefix(kept))
        while cores[added].count < shape.coreTopics {
            cores[added].append(unusedTopic(besides: cores[other] + cores[added], &draws))
        }
        return added
    }

    private mutating func addGiven() -> Int? {
        guard given < shape.givenCores.count else { return nil }
        defer { given += 1 }
        return add(shape.givenCores[given])
    }

    mutating func add(_ core: [Int]) -> Int {
        cores.append(core)
        return cores.count - 1
    }

    mutating func replace(_ archetype: Int, rank: Int, _ draws: inout Draws) {
        cores[archetype][rank] = unusedTopic(besides: cores[archetype], &draws)
    }

    mutating func set(_ archetype: Int, _ core: [Int], through ranks: Int) {
        cores[archetype].replaceSubrange(0..<ranks, with: core.prefix(ranks))
    }

    /// Returns a topic outside the pool that no archetype uses. Topics are reused once all of them are taken.
    private mutating func unusedTopic(besides taken: [Int], _ draws: inout Draws) -> Int {
        while true {
            if let index = unused.lastIndex(where: { !taken.contains($0) }) { return unused.remove(at: index) }
            let fresh = Array(shape.poolSize..<shape.topics)
            let isHopeless = fresh.allSatisfy(taken.contains)
            unused = isHopeless ? Array(0..<shape.topics) : fresh
            if unused.allSatisfy(taken.contains) { return taken[draws.below(taken.count)] }
            draws.shuffle(&unused)
        }
    }
}

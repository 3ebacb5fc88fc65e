/// The viewers of a stream, in about 30 bytes each.
struct Population: Sendable {
    private(set) var main: [Int32] = []
    private(set) var second: [Int32] = []
    /// The share of the second archetype; 0 for a viewer with one archetype.
    private(set) var mix: [Float] = []
    /// Mean watches an epoch; 0 for a silent viewer.
    private(set) var rate: [Float] = []
    /// Watches since the script last changed the viewer's taste, at most 255.
    private var watches: [UInt8] = []
    /// Viewers whose taste the script changed since the list was last cleared, new viewers included.
    private(set) var changed: [Int32] = []
    private var byRate = AliasTable([Double]())

    var count: Int { main.count }
    /// Mean watches of all viewers an epoch.
    var totalRate: Double { byRate.total }

    mutating func add(_ shape: StreamShape, _ draws: inout Draws) {
        let sizes = AliasTable((1...shape.archetypes).map { 1 / Elementary.power(Double($0), shape.sizeExponent) })
        for _ in 0..<shape.viewers {
            let archetype = sizes.draw(&draws)
            var (other, part) = (archetype, Float(0))
            if draws.chance(shape.mixedShare), shape.archetypes > 1 {
                other = (archetype + 1 + draws.below(shape.archetypes - 1)) % shape.archetypes
                part = Float(draws.uniform(0.25, 0.5))
            }
            add(archetype, other, part, Self.rate(shape, &draws))
        }
        update()
    }

    /// Adds viewers of one archetype that do not mix with another.
    mutating func add(_ viewers: Int, of archetype: Int, _ shape: StreamShape, leastRate: Double, _ draws: inout Draws)
    {
        for _ in 0..<viewers {
            changed.append(Int32(count))
            add(archetype, archetype, 0, max(Self.rate(shape, &draws), leastRate))
        }
        update()
    }

    mutating func forgetChanged() {
        changed.removeAll()
    }

    private static func rate(_ shape: StreamShape, _ draws: inout Draws) -> Double {
        let sigma = shape.rateSpread
        return Elementary.exp(sigma * draws.normal() - sigma * sigma / 2) * shape.eventsPerEpoch
    }

    private mutating func add(_ archetype: Int, _ other: Int, _ part: Float, _ rate: Double) {
        main.append(Int32(archetype))
        second.append(Int32(other))
        mix.append(part)
        self.rate.append(Float(rate))
        watches.append(0)
    }

    /// Changes the archetype of an archetype's viewers.
    /// - Parameter change: Returns the archetype that a viewer turns to. The same archetype means no change, and `nil`
    ///   means that the viewer falls silent.
    /// - Returns: The viewers that turned to another archetype.
    mutating func turn(_ archetype: Int, _ change: () -> Int?) -> [Int] {
        var turned: [Int] = []
        for viewer in main.indices where main[viewer] == Int32(archetype) {
            guard let next = change() else {
                rate[viewer] = 0
                changed.append(Int32(viewer))
                continue
            }
            guard next != archetype else { continue }
            main[viewer] = Int32(next)
            watches[viewer] = 0
            changed.append(Int32(viewer))
            turned.append(viewer)
        }
        update()
        return turned
    }

    /// The viewer watches no more.
    mutating func silence(_ viewer: Int) {
        rate[viewer] = 0
        update()
    }

    private mutating func update() {
        byRate = AliasTable(rate.lazy.map { Double($0) })
    }

    /// Draws the viewer of the next watch.
    mutating func draw(_ draws: inout Draws) -> Int {
        let viewer = byRate.draw(&draws)
        countWatch(viewer)
        return viewer
    }

    mutating func countWatch(_ viewer: Int) {
        if watches[viewer] < .max { watches[viewer] += 1 }
    }

    /// Returns how many of the viewers have watched five times since they turned to their archetype.
    func exposed(_ viewers: [Int32]) -> Int {
        viewers.count { watches[Int($0)] >= 5 }
    }
}

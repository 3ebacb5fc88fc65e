@testable import ShoalClustering

/// Random draws of one step of a run. Each step has separate draws, so that removing a step does not affect the others.
struct Draws {
    private var mixer: SplitMix64

    init(_ values: UInt64...) {
        mixer = SplitMix64(seed: 0x5408)
        for value in values { mixer.absorb(value) }
    }

    /// Returns a number in 0 ..< `count`.
    mutating func below(_ count: Int) -> Int {
        Int(mixer.next() >> 33) % max(count, 1)
    }

    mutating func chance(_ probability: Double) -> Bool {
        mixer.uniform() < probability
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[below(elements.count)]
    }

    mutating func pick<Element>(_ elements: Element...) -> Element {
        pick(elements)
    }

    mutating func next() -> UInt64 { mixer.next() }
}

import Testing

@testable import ShoalClustering

@Suite("The window of event ids")
struct DedupWindowTests {
    /// Returns whether each id was new.
    private func accept(_ ids: UInt64..., to window: inout DedupWindow) -> [Bool] { ids.map { window.accept($0) } }

    @Test("an id is accepted once, zero too")
    func once() {
        var window = DedupWindow(capacity: 3)
        let found = accept(7, 7, 0, 0, .max, .max, to: &window)
        #expect(found == [true, false, true, false, true, false])
        #expect(window.ids == [7, 0, .max])
    }

    @Test("a full window forgets the oldest id, and a repetition does not renew one")
    func oldest() {
        var window = DedupWindow(capacity: 3)
        let first = accept(1, 2, 3, 1, 4, to: &window)
        #expect(first == [true, true, true, false, true])
        #expect(window.ids == [2, 3, 4])
        let second = accept(3, 1, to: &window)
        #expect(second == [false, true])
        #expect(window.ids == [3, 4, 1])
    }

    @Test("zero is forgotten like any other id")
    func zero() {
        var window = DedupWindow(capacity: 2)
        let found = accept(0, 1, 2, 0, to: &window)
        #expect(found == [true, true, true, true])
        #expect(window.ids == [2, 0])
    }

    @Test("a window without capacity accepts every id and remembers none")
    func disabled() {
        var window = DedupWindow(capacity: 0)
        let found = accept(5, 5, to: &window)
        #expect(found == [true, true])
        #expect(window.ids.isEmpty)
    }

    @Test("it behaves as a plain queue does, with ids that share their place in the table too", arguments: 1...8)
    func model(seed: UInt64) {
        var draws = SplitMix64(seed: seed)
        let capacity = 1 + Int(draws.next() % 200)
        var window = DedupWindow(capacity: capacity)
        var (queue, wrong): ([UInt64], [UInt64]) = ([], [])
        for _ in 0..<2_000 {
            // Few different ids, some of them multiples of a large power of two, which have the same first place.
            let number = draws.next() % UInt64(2 * capacity)
            let id = number % 3 == 0 ? number << 56 : number
            let isNew = !queue.contains(id)
            if window.accept(id) != isNew { wrong.append(id) }
            guard isNew else { continue }
            if queue.count == capacity { queue.removeFirst() }
            queue.append(id)
        }
        #expect(wrong.isEmpty)
        #expect(window.ids == queue)
    }
}

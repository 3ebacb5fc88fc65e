package import Clustering

/// The epochs of an input whose epochs are given: every epoch from the first to the last, but of a long run of epochs without any
/// event only the beginning.
///
/// An empty epoch changes a model by no more than its age, and nothing is left to decide after so many of them. A skipped epoch
/// has the model of the one before.
package struct GivenSpan: Sendable {
    /// How many empty epochs in a row are opened and closed one by one.
    package static let mostEmpty: Int64 = 1_000
    /// How many epochs there may be from the first to the last. With `epoch.length=1h` this is more than a thousand years.
    package static let most: Int64 = 10_000_000

    /// The epochs with events, ascending.
    private let occupied: [Epoch]

    /// - Parameter epochs: those with events, in any order.
    /// - Returns: nil if there are none.
    package init?(_ epochs: some Sequence<Epoch>) {
        occupied = epochs.sorted()
        guard !occupied.isEmpty else { return nil }
    }

    package var first: Epoch { occupied[0] }
    package var last: Epoch { occupied[occupied.count - 1] }

    /// Whether it is too long to be replayed.
    package var isTooLong: Bool { last - first >= Self.most }

    /// The epoch that is opened after another one; nil if that is the last.
    package func next(after epoch: Epoch) -> Epoch? {
        var (low, high) = (0, occupied.count)
        while low < high {
            let middle = (low + high) / 2
            if occupied[middle] <= epoch { low = middle + 1 } else { high = middle }
        }
        guard low < occupied.count else { return nil }
        let isLong = low > 0 && epoch - occupied[low - 1] >= Self.mostEmpty
        return isLong ? occupied[low] : epoch + 1
    }
}

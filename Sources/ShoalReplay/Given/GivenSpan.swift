package import ShoalClustering

/// The epochs of an input with given epochs: all epochs from the first to the last, except that a run of empty epochs
/// is skipped after `mostEmpty` of them.
///
/// An empty epoch only ages the model, and after `mostEmpty` empty epochs no decision is pending. A skipped epoch uses
/// the model of the epoch before it.
package struct GivenSpan: Sendable {
    /// The maximum number of consecutive empty epochs that are opened and closed one by one.
    package static let mostEmpty: Int64 = 1_000
    /// The maximum number of epochs from the first to the last: more than a thousand years with `epoch.length=1h`.
    package static let most: Int64 = 10_000_000

    /// The epochs with events, ascending.
    private let occupied: [Epoch]

    /// - Parameter epochs: The epochs with events, in any order.
    /// - Returns: Nil if no epoch has events.
    package init?(_ epochs: some Sequence<Epoch>) {
        occupied = epochs.sorted()
        guard !occupied.isEmpty else { return nil }
    }

    package var first: Epoch { occupied[0] }
    package var last: Epoch { occupied[occupied.count - 1] }

    /// Whether the span is too long to be replayed.
    package var isTooLong: Bool { last - first >= Self.most }

    /// Returns the epoch that is opened after `epoch`; nil if `epoch` is the last one.
    package func next(after epoch: Epoch) -> Epoch? {
        let place = occupied.partitioningIndex { $0 > epoch }
        guard place < occupied.count else { return nil }
        let isLong = place > 0 && epoch - occupied[place - 1] >= Self.mostEmpty
        return isLong ? occupied[place] : epoch + 1
    }
}

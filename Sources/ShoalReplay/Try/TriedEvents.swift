internal import ShoalClustering
internal import ShoalSchemas
internal import ShoalSettings

/// Events in memory, in the order of their times, in the native form.
final class TriedEvents: EventBlockSource {
    let path: String
    private let bytes: [UInt8]
    /// The events' places in `bytes`, in order.
    private let places: [Range<Int>]
    private var next = 0
    private var number = 0
    private static let blockSize = 1 << 20

    /// - Parameters:
    ///   - bytes: messages of `shoal.v1.WatchEvent`.
    ///   - places: the events' places in `bytes`, in the order of their times.
    init(_ path: String, _ bytes: [UInt8], _ places: [Range<Int>]) {
        self.path = path
        self.bytes = bytes
        self.places = places
    }

    var progress: Double? { places.isEmpty ? nil : Double(next) / Double(places.count) }

    func nextBlock() throws(EventFileError) -> EventBlock? {
        guard next < places.count else { return nil }
        var block: [UInt8] = []
        block.reserveCapacity(Self.blockSize + 4_096)
        while next < places.count, block.count < Self.blockSize {
            block.append(varint: UInt64(places[next].count))
            block += bytes[places[next]]
            next += 1
        }
        defer { number += 1 }
        return EventBlock(number: number, bytes: block, format: .protobuf)
    }
}

extension ReplayOptions {
    /// The options with which the events of a `TryInput` are replayed.
    package var ofTried: ReplayOptions {
        var options = self
        options.epochs = .given
        // The events were read after their mapping already.
        options.settings.fixed.mapping = nil
        return options
    }
}

package import ShoalSchemas

/// A block of complete records of a file.
package struct EventBlock: Sendable {
    /// The block number, from 0.
    var number: Int
    package var bytes: [UInt8]
    package var format: EventFormat
    /// Whether it is the last block and does not end in a newline.
    var isCutOff = false

    /// Returns the bounds of the record at a place, or nil at the end of the block.
    func record(at place: Int) -> EventFraming.Bounds? {
        format.framing.record(bytes, at: place)
    }
}

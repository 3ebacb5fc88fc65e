internal import ShoalSchemas

/// The result of parsing a block of a file.
struct ParsedBlock: Sendable {
    var number: Int
    var pieces: [PartitionEvents] = []
    /// The number of lines or messages.
    var records = 0
    /// Invalid records by reason, and the first ones' numbers, from 1 within the block.
    var rejected: [Rejection: Int64] = [:]
    var examples: [(record: Int, fault: Fault)] = []
    /// Whether the last line is incomplete and not a valid watch event.
    var endsInTheMiddle = false
}

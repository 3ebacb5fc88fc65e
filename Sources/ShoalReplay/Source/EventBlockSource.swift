/// Watch events in blocks: a file, or events in memory.
package protocol EventBlockSource: AnyObject {
    /// The name in messages: a path, `-` for standard input.
    var path: String { get }
    /// The share that was read, 0 … 1; `nil` if unknown.
    var progress: Double? { get }

    /// Returns the next block; nil at the end.
    func nextBlock() throws(EventFileError) -> EventBlock?
}

/// Turns the text of a file into JSON objects, one a line.
public protocol TextConverter: Sendable {
    /// Converts the next bytes of the file, and appends the lines that they complete.
    mutating func convert(_ bytes: ArraySlice<UInt8>, into lines: inout [UInt8])

    /// Appends the remainder at the end of the file.
    mutating func finish(into lines: inout [UInt8])
}

/// The error of a file of watch events that cannot be read.
package struct EventFileError: Error, CustomStringConvertible {
    package let description: String
}

extension ReplayError {
    init(_ error: EventFileError) {
        self.init(.input, error.description)
    }
}

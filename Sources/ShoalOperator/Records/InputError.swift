/// The error of a file that cannot be read.
package struct InputError: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) {
        self.description = description
    }
}

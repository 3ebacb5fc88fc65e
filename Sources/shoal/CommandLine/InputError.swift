/// The error of a file that cannot be read.
struct InputError: Error, CustomStringConvertible {
    var description: String
}

/// The opinion of one format on a file.
enum EventFileMatch {
    case certain
    /// Unless another format is certain.
    case likely
    /// It resembles the format, and cannot be read: its name, and how to convert it.
    case refused(name: String, advice: String)

    /// The other way to read text that is not one JSON object a line.
    static let mapping = "or set input.map, which `shoal try FILE --save .` finds"
}

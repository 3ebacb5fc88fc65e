/// The opinion of one format on a file.
enum EventFileMatch {
    case certain
    /// Unless another format is certain.
    case likely
    /// It resembles the format, and cannot be read: its name, and how to convert it.
    case refused(name: String, advice: String)
}

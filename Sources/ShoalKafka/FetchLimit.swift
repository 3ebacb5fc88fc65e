/// When the queue of a partition counts as full, so that librdkafka fetches no more records of it.
struct FetchLimit {
    let messages: Int
    let bytes: Int
    /// Whether this version of librdkafka can be told when to look again at a partition whose queue was full.
    static let hasBackoff = ClientConfiguration.names.contains(backoff)
    static let backoff = "fetch.queue.backoff.ms"

    /// - Parameter settings: the client's.
    init(_ settings: [String: String]) {
        messages = settings["queued.min.messages"].flatMap { Int($0) } ?? 100_000
        bytes = (settings["queued.max.messages.kbytes"].flatMap { Int($0) } ?? 65_536) << 10
    }

    /// Returns whether a queue of so many records is about full.
    /// - Parameter size: the mean size of a record in bytes.
    func isReached(_ count: Int, size: Int) -> Bool {
        // The sizes of the records in a queue are not known. They may be half of those that were read.
        count >= messages / 2 || count * size >= bytes / 2
    }
}

extension ClientConfiguration {
    /// Returns a configuration with which records that are fetched ahead take at most about this much memory. The user's own
    /// properties take precedence.
    /// - Parameters:
    ///   - bytes: of all partitions that are read.
    ///   - partitions: how many are read.
    public func limitingFetches(to bytes: Int, partitions: Int) -> ClientConfiguration {
        let share = max(bytes / max(partitions, 1), 128 << 10)
        var limited = self
        // Librdkafka needs some 450 bytes for a record beside its own, and decompresses what it has fetched at once. With what is
        // in the queue when it fetches, this is about the share, for records of 200 bytes that are compressed to a third.
        limited.settings.merge([
            "queued.min.messages": "\(min(share >> 11, 100_000))",
            "queued.max.messages.kbytes": "\(share >> 11)",
            "fetch.message.max.bytes": "\(min(max(share >> 4, 64 << 10), 1 << 20))",
        ]) { user, _ in user }
        return limited
    }
}

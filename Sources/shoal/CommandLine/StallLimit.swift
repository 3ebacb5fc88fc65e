import ShoalOperator

extension Command.Option {
    /// The option of commands that run offline.
    static let stall = Self(
        "stall-timeout", "D", "end with status 70 if there is no progress for this time (10m)")
    static let bootstrap = Self("bootstrap", "HOST:PORT", "the same as --set kafka.bootstrap.servers=HOST:PORT")
}

extension Arguments {
    /// The time without progress after which an offline run ends.
    /// - Throws: `UsageError`.
    func stallLimit() throws -> Duration {
        .milliseconds(try duration("stall-timeout", in: 1_000...86_400_000, or: 600_000))
    }
}

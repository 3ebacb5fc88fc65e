import ShoalKafka

extension Admin {
    /// Returns the number of partitions of a topic, or `nil` if it does not exist. Brokers learn of a new topic at
    /// different times, so absence is accepted only after a while, and presence after several answers.
    func known(_ topic: String, patience: Duration = .seconds(10)) async throws -> Int32? {
        let end = ContinuousClock.now + patience
        var told = 0
        while true {
            let count = try await partitions(of: topic)
            told = count == nil ? 0 : told + 1
            if told == 4 || .now > end { return count }
            try await Task.sleep(for: .milliseconds(40))
        }
    }
}

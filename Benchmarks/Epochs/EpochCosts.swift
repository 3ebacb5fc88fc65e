/// The mean costs of an epoch. Sizes are in bytes, times in seconds of CPU time.
struct EpochCosts {
    static let columns = [
        "partitions", "members_of_partition", "clusters", "topics", "delta_sums", "delta_samples", "delta_bytes",
        "delta_written_s", "delta_read_s", "opened_s", "decided_s", "model_bytes", "model_written_s", "model_read_s",
    ]

    var partitions = 0
    var members = 0
    var clusters = 0
    var topics = 0
    /// Of one epoch delta: how many sums and samples it has.
    var sums = 0.0
    var samples = 0.0
    /// Of one epoch delta, compressed and sealed.
    var deltaBytes = 0.0
    /// Closing a partition's epoch and encoding the delta; decoding it; opening the next epoch of a partition.
    var deltaWritten = 0.0
    var deltaRead = 0.0
    var opened = 0.0
    /// Adding up the deltas of all partitions and deciding the lifecycle.
    var decided = 0.0
    /// Of one model, compressed and sealed.
    var modelBytes = 0.0
    var modelWritten = 0.0
    /// Decoding and compiling a model, once an instance.
    var modelRead = 0.0

    /// - Parameter models: How many models there were.
    func mean(of models: Int) -> EpochCosts {
        var mean = self
        let (whole, each) = (Double(models), Double(models * partitions))
        for path in [\EpochCosts.sums, \.samples, \.deltaBytes, \.deltaWritten, \.deltaRead, \.opened] {
            mean[keyPath: path] /= each
        }
        for path in [\EpochCosts.decided, \.modelBytes, \.modelWritten, \.modelRead] { mean[keyPath: path] /= whole }
        return mean
    }

    var line: String {
        let counts = [partitions, members, clusters, topics].map { "\($0)" }
        let sizes = [sums, samples, deltaBytes].map { "\(Int($0.rounded()))" }
        let times = [deltaWritten, deltaRead, opened, decided].map(Self.text)
        return (counts + sizes + times + ["\(Int(modelBytes.rounded()))"] + [modelWritten, modelRead].map(Self.text))
            .joined(separator: ",")
    }

    private static func text(_ seconds: Double) -> String { "\((seconds * 1e6).rounded() / 1e6)" }
}

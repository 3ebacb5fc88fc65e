@testable import ShoalClustering
@testable import ShoalPipeline

/// Shrinks a run with a finding, as long as it has a finding of the same kind: fewer faults, less input, fewer special
/// conditions.
struct Shrinking {
    private(set) var run: Run
    private(set) var finding: String
    private var budget: Int

    /// - Parameter budget: The maximum number of runs.
    init(_ run: Run, finding: String, budget: Int = 1_500) {
        self.run = run
        self.finding = finding
        self.budget = budget
    }

    mutating func shrink() {
        while budget > 0 {
            let before = size
            simplify()
            removeFaults()
            for partition in run.scenario.input.indices { removeInput(partition) }
            dropLastPartition()
            if size == before { return }
        }
    }

    /// The number of remaining faults, records and special conditions.
    private var size: Int {
        let rates = run.scenario.rates
        let peculiar = [
            rates.aborts > 0, rates.unknowns > 0, rates.retriable > 0, rates.part < Chunks.largest, rates.opening < 100,
        ]
        return run.scenario.faults.count + run.scenario.input.reduce(0) { $0 + $1.count } + run.scenario.partitions
            + run.scenario.width + peculiar.count(where: \.self) + run.scenario.faultSteps / 100
    }

    /// Keeps the change if the run still has a finding of the same kind.
    @discardableResult
    private mutating func attempt(_ change: (inout Scenario) -> Void) -> Bool {
        guard budget > 0 else { return false }
        budget -= 1
        var changed = run
        change(&changed.scenario)
        guard let found = changed.finding(), Self.kind(found) == Self.kind(finding) else { return false }
        run = changed
        finding = found
        return true
    }

    /// Returns a finding without the details of the run: numbers, keys, names.
    static func kind(_ finding: String) -> String {
        let words = finding.split(whereSeparator: { !$0.isLetter })
        return words.filter { $0.count > 2 && !$0.allSatisfy(\.isHexDigit) }.prefix(4).joined(separator: " ")
    }

    private mutating func simplify() {
        attempt { $0.rates.aborts = 0 }
        attempt { $0.rates.unknowns = 0 }
        attempt { $0.rates.retriable = 0 }
        attempt { $0.rates.part = Chunks.largest }
        attempt { $0.rates.opening = 65_536 }
        attempt { $0.rates.markers = 1 }
        attempt { $0.settings.memberTTL = nil }
        attempt { $0.settings.sensitiveTopics = [] }
        attempt { $0.settings.publishesMemberships = false }
        attempt { $0.width = 1 }
        attempt { $0.faultSteps = $0.faults.last.map { $0.step + 1 } ?? 0 }
        attempt { $0.faultSteps /= 2 }
    }

    private mutating func removeFaults() {
        removeChunks(run.scenario.faults.count) { $0.faults.removeSubrange($1) }
    }

    private mutating func removeInput(_ partition: Int) {
        removeChunks(run.scenario.input[partition].count) { $0.input[partition].removeSubrange($1) }
    }

    private mutating func dropLastPartition() {
        while run.scenario.partitions > 1, attempt({ $0.input.removeLast() }) {}
    }

    /// Tries to remove halves, quarters, and so on, starting from the end.
    private mutating func removeChunks(_ count: Int, _ remove: (inout Scenario, Range<Int>) -> Void) {
        var left = count
        var chunk = max(count / 2, 1)
        while left > 0, budget > 0 {
            var end = left
            while end > 0 {
                let range = max(end - chunk, 0)..<end
                if attempt({ remove(&$0, range) }) { left -= range.count }
                end = range.lowerBound
            }
            if chunk == 1 { return }
            chunk = max(chunk / 2, 1)
        }
    }

    /// The remaining scenario, and the events of its run.
    var report: [String] {
        let scenario = run.scenario
        var lines = [
            "\(finding)",
            "\(scenario.partitions) partitions with \(scenario.input.map(\.count)) records, "
                + (scenario.isGrowing ? "growing" : "complete") + ", \(scenario.width) instances, faults: "
                + (scenario.faults.isEmpty
                    ? "none" : scenario.faults.map { "\($0.step) \($0.fault)" }.joined(separator: ", ")),
            "\(scenario.rates)",
        ]
        var trace: [String] = []
        _ = run.finding { trace.append($0) }
        if trace.count > 200 {
            lines += trace.prefix(20)
            lines.append("… \(trace.count - 180) lines …")
            lines += trace.suffix(160)
        } else {
            lines += trace
        }
        return lines
    }
}

import TestSupport

@testable import ShoalClustering
@testable import ShoalReplay

extension VerifiedRun {
    /// The members whose events are in the input, ascending.
    var members: [Pseudonym] {
        Set(input.joined().filter(\.isEvent).map(\.event.member)).sorted()
    }

    /// Repeats the run without a member that is in no event, and without one that is, in two orders of the tasks each.
    /// - Returns: What is wrong; nil if nothing is.
    func unlearningFinding(_ draws: inout Draws) -> String? {
        guard let report = report(without: 1, order: 0), report.isIdentical, report.models == run.models.count else {
            return "the run differs without a member that it does not have"
        }
        let members = members
        guard !members.isEmpty else { return nil }
        let member = members[draws.below(members.count)]
        let reports = [0, 1].map { self.report(without: member, order: $0) }
        if reports[0] != reports[1] { return "without a member, the order of the tasks changes the result" }
        guard let report = reports[0] else { return nil }
        let isWrong = report.isForgotten != (report.difference == nil) || report.models != run.models.count
        return isWrong ? "without a member: \(report)" : nil
    }

    /// - Returns: nil if the epochs depend on the member.
    private func report(without member: Pseudonym, order: UInt64) -> UnlearningReport? {
        let outcome = SeededExecutor.run(seed: order) { try await replay(without: member, order: order) }
        switch outcome {
        case .returned(let report): return report
        case .failed(let error as ReplayError) where error.kind == .incomparable: return nil
        default:
            var report = UnlearningReport()
            report.application = "\(outcome)"
            return report
        }
    }

    private func replay(without member: Pseudonym, order: UInt64) async throws -> UnlearningReport {
        let (input, seed) = (input, seed)
        let replay = UnlearningReplay(run, inputRanges, left: [member], key: key, ReplayProgress())
        return try await replay.report { inputRange in
            MemorySource(
                input[Int(inputRange.partition)].filter { $0.offset < inputRange.end }, from: inputRange.from,
                draws: Draws(seed, 9, order, UInt64(inputRange.partition)))
        }
    }
}

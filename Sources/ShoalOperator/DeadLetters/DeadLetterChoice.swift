import ShoalPipeline

/// The dead letters that can be resubmitted, and the reasons why others cannot.
struct DeadLetterChoice {
    let input: String
    let resubmitted: Set<DeadLetterEntry.Place>
    let isAgain: Bool
    private(set) var taken = 0
    private var left: [String: Int] = [:]

    init(input: String, resubmitted: Set<DeadLetterEntry.Place>, isAgain: Bool) {
        self.input = input
        self.resubmitted = resubmitted
        self.isAgain = isAgain
    }

    mutating func takes(_ letter: DeadLetterEntry) -> Bool {
        if let reason = reason(against: letter) {
            left[reason, default: 0] += 1
            return false
        }
        taken += 1
        return true
    }

    private func reason(against letter: DeadLetterEntry) -> String? {
        if letter.isLeftOut { return "without content (dead-letters.content=reason, or an empty record)" }
        if letter.isCut { return "truncated" }
        if letter.topic != input { return "of another topic than \(input)" }
        guard !isAgain else { return nil }
        if resubmitted.contains(letter.place) { return "resubmitted before (use --again to resend)" }
        return letter.resubmittedFrom == nil ? nil : "came back after a resubmission (use --again to resend)"
    }

    /// - Parameter sent: how many were sent; nil: none is to be sent, and the text says how many would be.
    func summary(sent: Int?) -> String {
        let head = sent.map { "\($0) sent to \(input)" } ?? "\(taken) would be sent to \(input)"
        return ([head] + left.sorted { $0.key < $1.key }.map { "\($0.value) not: \($0.key)" }).joined(separator: "\n")
    }
}

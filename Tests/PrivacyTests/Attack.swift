import Foundation

/// The result of an attack: one number with its bound.
struct Attack {
    enum Status: String {
        case met, missed
        /// The attack is known to succeed: no promise is made yet.
        case open
    }

    var adversary: String
    var name: String
    /// What was measured, from 0 (nothing) on.
    var value: Double
    var bound: Double
    var isPercentage = false
    /// The digits after the point of a number that is no percentage.
    var digits = 0
    /// Whether the bound is the least value.
    var isLeast = false
    var isOpen = false

    var status: Status { (isLeast ? value >= bound : value <= bound) ? .met : isOpen ? .open : .missed }

    /// A row of the table in docs/privacy.md.
    var row: String {
        let limit = (isLeast ? "at least " : "") + text(bound)
        return "| \(adversary) | \(name) | \(text(value)) | \(limit) | \(status.rawValue) |"
    }

    private func text(_ number: Double) -> String {
        guard isPercentage else { return String(format: "%.\(digits)f", number) }
        return String(format: number < 0.1 ? "%.1f %%" : "%.0f %%", number * 100)
    }

    static func table(_ attacks: [Attack]) -> String {
        (["| adversary | attack | measured | bound | |", "| --- | --- | --- | --- | --- |"] + attacks.map(\.row))
            .joined(separator: "\n") + "\n"
    }
}

/// What may be disclosed at most. Shares and lifts are millionths.
package struct DisclosureBounds: Codable, Equatable, Sendable {
    /// |P − prior|: FLoC blocked cohorts beyond 0.1 (t-closeness: Li, Li and Venkatasubramanian, 2007).
    package var distance: Int64 = 100_000
    /// P / prior.
    package var lift: Int64 = 2_000_000
    /// How often a subscriber orders two viewers, one with a trait, right: the area under the ROC curve. 0.5 is chance.
    package var auc: Int64 = 600_000
    /// The share of viewers whose sequence of clusters is theirs alone, and is that of fewer than ten.
    package var unique: Int64 = 50_000
    package var fewerThanTen: Int64 = 100_000
    /// The records that it takes to isolate a person, and the days.
    package var records: Int64 = 10_000
    package var days: Int64 = 7

    package init() {}

    /// The names of the bounds as options have them, and what they bound.
    package static let names = ["distance", "lift", "auc", "unique", "fewer-than-ten", "records", "days"]

    /// Sets a bound.
    /// - Parameters:
    ///   - value: 0.1 or 10%; a whole number of records and days.
    /// - Returns: Whether there is such a bound, and the value is one.
    package mutating func set(_ name: String, _ value: String) -> Bool {
        switch name {
        case "distance": Self.set(&distance, Self.share(value))
        case "lift": Self.set(&lift, Self.share(value))
        case "auc": Self.set(&auc, Self.share(value))
        case "unique": Self.set(&unique, Self.share(value))
        case "fewer-than-ten": Self.set(&fewerThanTen, Self.share(value))
        case "records": Self.set(&records, Int64(value))
        case "days": Self.set(&days, Int64(value))
        default: false
        }
    }

    private static func set(_ bound: inout Int64, _ value: Int64?) -> Bool {
        guard let value, value >= 0 else { return false }
        bound = value
        return true
    }

    /// Reads a decimal number, or a percentage, as millionths.
    private static func share(_ text: String) -> Int64? {
        let isPercentage = text.hasSuffix("%")
        let digits = text.prefix { $0 != "%" }
        guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), let value = Double(digits),
            value <= 1_000
        else { return nil }
        return Int64((value * (isPercentage ? 10_000 : 1_000_000)).rounded())
    }
}

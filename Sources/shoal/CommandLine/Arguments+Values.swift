import ShoalOperations
import ShoalOperator
import ShoalSchemas
import ShoalSettings

extension Arguments {
    /// Returns an integer in a range.
    func integer(_ name: String, in range: ClosedRange<Int>, or standard: Int) throws -> Int {
        guard let text = self[name] else { return standard }
        guard let number = Int(text), range.contains(number) else {
            let most = range.upperBound == .max ? "or more" : "to \(range.upperBound)"
            throw UsageError(description: "--\(name) \(text): must be a whole number, \(range.lowerBound) \(most)")
        }
        return number
    }

    /// Returns a number in a range.
    func number(_ name: String, in range: ClosedRange<Double>, or standard: Double) throws -> Double {
        guard let text = self[name] else { return standard }
        guard let number = Double(text), range.contains(number) else {
            throw UsageError(
                description: "--\(name) \(text): must be a number, \(Formatting.brief(range.lowerBound)) to "
                    + Formatting.brief(range.upperBound))
        }
        return number
    }

    /// Returns a duration such as `90s` or `2h` in milliseconds.
    func duration(_ name: String, in range: ClosedRange<Int64>, or standard: Int64) throws -> Int64 {
        guard let text = self[name] else { return standard }
        guard let duration = Setting.milliseconds(text), range.contains(duration) else {
            throw UsageError(
                description: "--\(name) \(text): must be a duration such as 90s, 15m or 2h, "
                    + "\(Formatting.setting(range.lowerBound)) to \(Formatting.setting(range.upperBound))")
        }
        return duration
    }

    /// Returns one of several words.
    func choice(_ name: String, of words: [String], or standard: String) throws -> String {
        let word = self[name] ?? standard
        try Self.check(word, name, words)
        return word
    }

    /// Returns all the values of an option, each of which must be one of several words.
    func choices(_ name: String, of words: [String]) throws -> Set<String> {
        let chosen = all(name)
        for word in chosen { try Self.check(word, name, words) }
        return Set(chosen)
    }

    private static func check(_ word: String, _ name: String, _ words: [String]) throws {
        guard words.contains(word) else {
            let hint = Names.nearest(word, words).map { "; did you mean \($0)?" } ?? ""
            let list = words.count == 2 ? words.joined(separator: " or ") : "one of " + words.joined(separator: ", ")
            throw UsageError(description: "--\(name) \(word): must be \(list)\(hint)")
        }
    }
}

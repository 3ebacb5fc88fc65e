internal import Foundation
internal import ShoalSchemas

/// The values that a path has in a sample of records.
struct FieldProfile {
    let path: FieldPath
    /// The records in which there is a value.
    var records = 0
    /// The numbers, also those in strings, and the number of strings.
    private(set) var numbers: [Double] = []
    private(set) var strings = 0
    /// The numbers with a decimal comma, which are lengths at most.
    private var commaNumbers: [Double] = []
    /// Strings that are a time, a length such as 1:02:03, PT1H, and 45 min.
    private(set) var (isoTimes, clocks, isoLengths, worded) = (0, 0, 0, 0)
    /// Strings that are a time with the day first, and with the month first.
    private var (dayFirst, monthFirst) = (0, 0)
    private(set) var distinct: Set<String> = []
    /// The first values.
    private(set) var examples: [String] = []
    private(set) var count = 0

    init(_ path: FieldPath) {
        self.path = path
    }

    mutating func add(_ value: Any) {
        count += 1
        let text: String
        if let string = value as? String {
            text = string
            strings += 1
            if let number = Double(string), number.isFinite { numbers.append(number) }
            if let number = WatchEventText.numberWithComma(string) { commaNumbers.append(number) }
            if WatchEventText.isTime(string) { isoTimes += 1 }
            if WatchEventText.isLocalTime(string, monthFirst: false) { dayFirst += 1 }
            if WatchEventText.isLocalTime(string, monthFirst: true) { monthFirst += 1 }
            if WatchEventText.lengthInWords(string) != nil { worded += 1 }
            if WatchEventText.length(string) != nil {
                if string.contains(":") { clocks += 1 } else { isoLengths += 1 }
            }
        } else if let number = value as? NSNumber {
            text = number.stringValue
            numbers.append(number.doubleValue)
        } else {
            return
        }
        distinct.insert(text)
        if examples.count < 3, !text.isEmpty, !examples.contains(text) { examples.append(text) }
    }

    /// Whether nearly all values are numbers.
    var isNumeric: Bool { count > 0 && numbers.count * 10 >= count * 9 }
    /// Whether the values are elements of a list themselves.
    var isList: Bool { path.components.last?.isList ?? false }

    var median: Double { Self.median(numbers) }

    /// The median of the numbers, those with a decimal comma too.
    var medianOfLengths: Double { Self.median(lengths) }

    private var lengths: [Double] { numbers + commaNumbers }

    private static func median(_ numbers: [Double]) -> Double {
        let sorted = numbers.sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }

    /// The median of lengths such as `1:02:03`, `PT1H` or `45 min`, in milliseconds.
    var medianLength: Int64 {
        let lengths = distinct.compactMap { WatchEventText.length($0) ?? WatchEventText.lengthInWords($0) }.sorted()
        return lengths.isEmpty ? 0 : lengths[lengths.count / 2]
    }

    /// The unit of a time; nil if the values are not times.
    var timeUnit: FieldUnit? {
        if isoTimes * 10 >= count * 9, count > 0 { return .iso8601 }
        let local = max(dayFirst, monthFirst)
        if local * 10 >= count * 9, count > 0 { return dayFirst == local ? .dayMonthYear : .monthDayYear }
        guard isNumeric, !isList else { return nil }
        let median = median
        // The bounds are the years 2000 and 2100.
        for (unit, size) in [
            (FieldUnit.seconds, 1.0), (.milliseconds, 1e3), (.microseconds, 1e6), (.nanoseconds, 1e9),
        ] where (946_684_800 * size...4_102_444_800 * size).contains(median) {
            return unit
        }
        return nil
    }

    /// The unit of a length by the name and the values; nil if the values are not lengths.
    func lengthUnit(mayBeShare: Bool) -> FieldUnit? {
        if isoLengths * 10 >= count * 9, count > 0 { return .iso8601 }
        if clocks * 10 >= count * 9, count > 0 { return .clock }
        if worded * 10 >= count * 9, count > 0 { return .words }
        let lengths = lengths
        guard count > 0, lengths.count * 10 >= count * 9, !isList, (lengths.min() ?? -1) >= 0 else { return nil }
        let name = path.components.last?.name.lowercased() ?? ""
        if mayBeShare, ["percent", "pct", "ratio", "share", "progress", "completion"].contains(where: name.contains) {
            let most = lengths.max() ?? 0
            if most <= 1 { return .share }
            if most <= 100 { return .percent }
        }
        return namedUnit ?? (medianOfLengths >= 10_000 ? .milliseconds : .seconds)
    }

    /// The unit in the name, as in `watched_ms`, `secondsPlayed` or `minutes watched`; nil: none.
    var namedUnit: FieldUnit? {
        let name = path.components.last?.name ?? ""
        if name.hasSuffix("MS") { return .milliseconds }
        let words = FieldNames.parts(of: name)
        let units: [(FieldUnit, Set<String>)] = [
            (.milliseconds, ["ms", "msec", "millis", "milliseconds"]),
            (.seconds, ["s", "sec", "secs", "second", "seconds"]),
            (.minutes, ["min", "mins", "minute", "minutes"]),
        ]
        for (unit, names) in units where !names.isDisjoint(with: words) { return unit }
        return nil
    }

    /// Whether the values can be ids or names.
    var isText: Bool { count > 0 && numbers.allSatisfy { $0 == $0.rounded() } && !distinct.contains("") }

    /// How topics are written; nil if the values are not topics.
    var topicsUnit: FieldUnit? {
        guard strings > 0 || isNumeric && timeUnit == nil else { return nil }
        let isFraction = numbers.contains { $0 != $0.rounded() }
        if isFraction || max(isoTimes, dayFirst, monthFirst) * 2 > count { return nil }
        return separator.map { .split(separator: $0) } ?? .milliseconds
    }

    /// The separator of strings that are lists; nil: they are not.
    var separator: String? {
        guard !isList, strings > 0 else { return nil }
        if distinct.allSatisfy({ $0.hasPrefix("#") }) { return " " }
        return ["|", ";", ","].first { separator in
            distinct.count { $0.contains(separator) } * 5 >= distinct.count
        }
    }
}

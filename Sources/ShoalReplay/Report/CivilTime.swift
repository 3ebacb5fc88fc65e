internal import ShoalSchemas

/// A time in the proleptic Gregorian calendar, UTC (Hinnant, 2013: `civil_from_days`).
struct CivilTime {
    var year: Int
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int
    /// From 0, Sunday.
    var weekday: Int

    init(_ milliseconds: Int64) {
        let days = milliseconds.floorDivided(by: 86_400_000)
        let rest = milliseconds - days * 86_400_000
        // 1 January 1970 was a Thursday.
        let weeks = (days + 4).floorDivided(by: 7)
        weekday = Int(days + 4 - weeks * 7)
        (hour, minute) = (Int(rest / 3_600_000), Int(rest / 60_000 % 60))
        let shifted = days + 719_468
        let era = shifted.floorDivided(by: 146_097)
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * ofYear + 2) / 153
        day = Int(ofYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }
}

extension CivilTime {
    /// Returns the start of a month, counted from January of year 0.
    static func beginning(ofMonth number: Int) -> Int64 {
        let (year, month) = (Int64(number / 12), Int64(number % 12 + 1))
        return CivilDate.daysSince1970(year: year, month: month, day: 1) * 86_400_000
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

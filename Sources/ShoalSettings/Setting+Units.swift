extension Setting {
    /// Parses a percentage: `5%`, `5 %` or `5`.
    public static func percent(_ text: String) -> Int64? {
        let digits = text.hasSuffix("%") ? text.dropLast() : text[...]
        return Int64(digits.trimmingSuffix { $0 == " " })
    }

    /// Parses a duration such as `100ms`, `30s`, `5m`, `1h`, `7d` to milliseconds.
    public static func milliseconds(_ text: String) -> Int64? {
        scaled(text, [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)])
    }

    /// Parses a size such as `512`, `64KiB`, `4MiB`, `1GiB` to bytes.
    public static func bytes(_ text: String) -> Int64? {
        Int64(text).flatMap { $0 >= 0 ? $0 : nil }
            ?? scaled(text, [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)])
    }

    private static func scaled(_ text: String, _ units: [(String, Int64)]) -> Int64? {
        for (unit, factor) in units where text.hasSuffix(unit) {
            guard let number = Int64(text.dropLast(unit.count)), number >= 0 else { continue }
            let (value, overflow) = number.multipliedReportingOverflow(by: factor)
            return overflow ? nil : value
        }
        return nil
    }

    static func size(_ bytes: Int64) -> String {
        for (unit, factor) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] as [(String, Int64)]
        where bytes > 0 && bytes % factor == 0 {
            return "\(bytes / factor)\(unit)"
        }
        return "\(bytes)"
    }
}

extension Substring {
    fileprivate func trimmingSuffix(while isPart: (Character) -> Bool) -> Substring {
        var text = self
        while let last = text.last, isPart(last) { text.removeLast() }
        return text
    }
}

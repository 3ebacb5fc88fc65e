internal import ShoalSchemas
internal import ShoalSettings

extension Setting {
    /// Returns the problem with a value, or `nil`. An empty value unsets an earlier one if the setting has no default.
    func problem(_ value: String) -> String? {
        if value.isEmpty { return defaultValue == nil ? nil : "must not be empty" }
        let outside = "must be in \(range)"
        switch kind {
        case .text, .list, .file:
            return nil
        case .timeRange:
            return TimeRange(value) == nil
                ? "must be auto, any, or FROM..TO with dates or milliseconds since 1970, such as 2000-01-01..2100-01-01"
                : nil
        case .mapping:
            do {
                _ = try EventMapping(value)
                return nil
            } catch {
                return "\(error)"
            }
        case .address:
            return ListenAddress(value) == nil ? "must be HOST:PORT or :PORT, such as 127.0.0.1:8080" : nil
        case .name:
            let isLegal = value.utf8.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || ".-_".utf8.contains(byte)
            }
            guard isLegal, value != ".", value != ".." else {
                return "must consist of letters, digits, `.`, `_` and `-`"
            }
            return value.utf8.count <= Self.longestName ? nil : "must not be longer than \(Self.longestName) characters"
        case .choice(let words):
            let nearest = Names.nearest(value, words).map { "; did you mean \($0)?" } ?? ""
            return words.contains(value) ? nil : "must be one of \(words.joined(separator: ", "))\(nearest)"
        case .percent:
            guard let number = Self.percent(value) else { return "must be a whole number of percent such as 5%" }
            return (0...100).contains(number) ? nil : outside
        case .integer(let range):
            guard let number = Int64(value) else { return "must be a whole number" }
            return range.contains(number) ? nil : outside
        case .automatic(let range):
            if value == "auto" { return nil }
            guard let number = Int64(value) else { return "must be a whole number, or auto" }
            return range.contains(number) ? nil : outside
        case .duration(let range):
            guard let number = Self.milliseconds(value) else {
                return "must be a duration such as 100ms, 30s, 5m, 1h or 7d"
            }
            return range.contains(number) ? nil : outside
        case .bytes(let range):
            guard let number = Self.bytes(value) else { return "must be a size such as 512KiB or 4MiB" }
            return range.contains(number) ? nil : outside
        }
    }

    /// The maximum length. Kafka's limit is 249, and names of internal and dead-letter topics have a suffix.
    private static let longestName = 200
}

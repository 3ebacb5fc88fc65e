internal import ShoalSchemas

extension Setting {
    /// The type and the range of a setting.
    public enum Kind: Sendable, Equatable {
        case text
        /// A valid Kafka topic name.
        case name
        /// A readable file.
        case file
        case integer(ClosedRange<Int64>)
        /// The same, or the word `auto`. A record has 0 for it.
        case automatic(ClosedRange<Int64>)
        /// A percentage, such as `5%` or `5`.
        case percent
        /// A duration, such as `100ms`, `30s`, `1h`, `7d`; in milliseconds.
        case duration(ClosedRange<Int64>)
        /// A size, such as `4MiB`; in bytes.
        case bytes(ClosedRange<Int64>)
        case choice([String])
        /// An address, such as `127.0.0.1:8080` or `:8080`.
        case address
        /// A comma-separated list.
        case list
        /// A range of dates, such as `2000-01-01..2100-01-01`.
        case timeRange
        /// The fields of events in JSON of another form, such as `viewer=userId,time=at as s`.
        case mapping

        /// One of the words of a type.
        static func word<Word: SettingWord>(of type: Word.Type) -> Self { .choice(Word.allCases.map(\.rawValue)) }

        /// The valid numbers; `nil` if the values are not numbers.
        public var range: ClosedRange<Int64>? {
            switch self {
            case .integer(let range), .duration(let range), .bytes(let range): range
            case .percent: 0...100
            case .text, .name, .file, .automatic, .choice, .address, .list, .timeRange, .mapping: nil
            }
        }

        /// Parses a number in the units of this kind; `nil` if it is malformed.
        public func number(_ text: String) -> Int64? {
            switch self {
            case .integer, .automatic: Int64(text)
            case .percent: Setting.percent(text)
            case .duration: Setting.milliseconds(text)
            case .bytes: Setting.bytes(text)
            case .text, .name, .file, .choice, .address, .list, .timeRange, .mapping: nil
            }
        }

        /// Formats a number in the largest unit that divides it.
        func text(_ number: Int64) -> String {
            switch self {
            case .percent: "\(number)%"
            case .duration: Formatting.setting(number)
            case .bytes: Setting.size(number)
            case .integer, .automatic, .text, .name, .file, .choice, .address, .list, .timeRange, .mapping:
                "\(number)"
            }
        }
    }

    /// The valid range, for the documentation.
    public var range: String {
        switch kind {
        case .text: "text"
        case .name: "name of letters, digits, `.`, `_`, `-`"
        case .file: "file"
        case .list: "list, separated by commas"
        case .timeRange: "auto, any or FROM..TO"
        case .mapping: "FIELD=PATH, separated by commas"
        case .address: "HOST:PORT or :PORT"
        case .choice(let words): words.joined(separator: ", ")
        case .percent: "0% … 100%"
        case .integer(let range): Self.span(range) { "\($0)" }
        case .automatic(let range): "auto or " + Self.span(range) { "\($0)" }
        case .duration(let range): "duration, " + Self.span(range, Formatting.setting)
        case .bytes(let range): "bytes, " + Self.span(range, Self.size)
        }
    }

    private static func span(_ range: ClosedRange<Int64>, _ text: (Int64) -> String) -> String {
        range.upperBound == .max
            ? "\(text(range.lowerBound)) or more" : "\(text(range.lowerBound)) … \(text(range.upperBound))"
    }
}

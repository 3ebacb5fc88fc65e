public import ShoalClustering
public import ShoalSchemas

// MARK: - Numbers

extension SettingValue where Self: FixedWidthInteger {
    public init?(_ text: String, _ kind: Setting.Kind) {
        guard let number = kind.number(text) else { return nil }
        self.init(clamping: number)
    }

    public func text(_ kind: Setting.Kind) -> String? { kind.text(Int64(clamping: self)) }
    public init?(number: Int64) { self.init(clamping: number) }
    public var number: Int64? { Int64(clamping: self) }
}

extension Int64: SettingValue {}
extension Int: SettingValue {}
extension UInt32: SettingValue {}

extension Duration: SettingValue {
    public init?(_ text: String, _ kind: Setting.Kind) {
        guard let number = kind.number(text) else { return nil }
        self = .milliseconds(number)
    }

    public func text(_ kind: Setting.Kind) -> String? {
        kind.text(components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000)
    }
}

/// Only recorded, and not configured as such.
extension Bool: SettingValue {
    public init?(_ text: String, _ kind: Setting.Kind) { self.init(text) }
    public func text(_ kind: Setting.Kind) -> String? { "\(self)" }
    public init?(number: Int64) { self = number != 0 }
    public var number: Int64? { self ? 1 : 0 }
}

/// A record has no field for `auto`.
extension SeedMembers: SettingValue {
    private static let auto = "auto"

    public init?(_ text: String, _ kind: Setting.Kind) {
        if text == Self.auto {
            self = .auto
        } else if let number = Int(text) {
            self = .number(number)
        } else {
            return nil
        }
    }

    public func text(_ kind: Setting.Kind) -> String? {
        switch self {
        case .auto: Self.auto
        case .number(let number): "\(number)"
        }
    }

    public init?(number: Int64) {
        guard (0...10_000_000).contains(number) else { return nil }
        self = number == 0 ? .auto : .number(Int(number))
    }

    public var number: Int64? {
        switch self {
        case .auto: 0
        case .number(let number): Int64(number)
        }
    }
}

// MARK: - Texts

extension String: SettingValue {
    public init?(_ text: String, _ kind: Setting.Kind) { self = text }
    public func text(_ kind: Setting.Kind) -> String? { self }
}

extension TimeRange: SettingValue {
    public init?(_ text: String, _ kind: Setting.Kind) { self.init(text) }
    public func text(_ kind: Setting.Kind) -> String? { description }
}

extension ListenAddress: SettingValue {
    public init?(_ text: String, _ kind: Setting.Kind) { self.init(text) }
    public func text(_ kind: Setting.Kind) -> String? { description }
}

/// A list of patterns of topics.
extension [[UInt8]]: SettingValue {
    public init?(_ text: String, _ kind: Setting.Kind) {
        self = text.split(separator: ",").map(\.trimmed).filter { !$0.isEmpty }.map { [UInt8]($0.utf8) }
    }

    public func text(_ kind: Setting.Kind) -> String? {
        isEmpty ? nil : map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",")
    }

    public func summary(_ kind: Setting.Kind) -> String? { isEmpty ? nil : "\(count) patterns" }
}

// MARK: - Words

/// A type whose values are words. A record has the place of a word.
public protocol SettingWord: SettingValue, RawRepresentable<String>, CaseIterable {}

extension SettingWord {
    public init?(_ text: String, _ kind: Setting.Kind) { self.init(rawValue: text) }
    public func text(_ kind: Setting.Kind) -> String? { rawValue }

    public init?(number: Int64) {
        guard number >= 0, let word = Self.allCases.dropFirst(Int(number)).first else { return nil }
        self = word
    }

    public var number: Int64? {
        Self.allCases.enumerated().first { $0.element == self }.map { Int64($0.offset) }
    }
}

extension Settings.Partitioner: SettingWord {}
extension WatchEventReader.Viewer: SettingWord {}

extension WatchEventReader.Format: SettingValue {
    public init?(_ text: String, _ kind: Setting.Kind) { self.init(name: text) }
    public func text(_ kind: Setting.Kind) -> String? { name }
}

/// A record has the place of a word, or the length of an interval.
extension Settings.OutputInterval: SettingValue {
    static let words = ["epoch", "event", "1d", "7d"]

    public init?(_ text: String, _ kind: Setting.Kind) {
        switch text {
        case "epoch": self = .epoch
        case "event": self = .event
        default:
            guard let length = Setting.milliseconds(text) else { return nil }
            self = .every(length)
        }
    }

    public func text(_ kind: Setting.Kind) -> String? {
        switch self {
        case .epoch: "epoch"
        case .event: "event"
        case .every(let length): Formatting.setting(length)
        }
    }

    public init?(number: Int64) {
        switch number {
        case 0: self = .epoch
        case 1: self = .event
        case 2...: self = .every(number)
        default: return nil
        }
    }

    public var number: Int64? {
        switch self {
        case .epoch: 0
        case .event: 1
        case .every(let length): length
        }
    }
}

// MARK: - Unset values

extension Optional: SettingValue where Wrapped: SettingValue {
    public init?(_ text: String, _ kind: Setting.Kind) {
        guard let value = Wrapped(text, kind) else { return nil }
        self = .some(value)
    }

    public func text(_ kind: Setting.Kind) -> String? { self?.text(kind) }
    public func summary(_ kind: Setting.Kind) -> String? { self?.summary(kind) }

    public init?(number: Int64) {
        guard let value = Wrapped(number: number) else { return nil }
        self = .some(value)
    }

    public var number: Int64? { self?.number }
    public static var isOptional: Bool { true }
}

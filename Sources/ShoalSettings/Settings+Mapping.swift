public import ShoalClustering
public import ShoalSchemas

extension Settings.Fixed {
    /// The mapping of JSON of another form; nil: the fields have the names of `shoal.v1.WatchEvent`.
    public var mapping: EventMapping? {
        get { inputMapping.first.flatMap { try? EventMapping(String(decoding: $0, as: UTF8.self)) } }
        set { inputMapping = newValue.map { [Array($0.text.utf8)] } ?? [] }
    }
}

extension EventMapping: SettingValue {
    public init?(_ text: String, _ kind: Setting.Kind) {
        guard let mapping = try? EventMapping(text) else { return nil }
        self = mapping
    }

    public func text(_ kind: Setting.Kind) -> String? { text }
}

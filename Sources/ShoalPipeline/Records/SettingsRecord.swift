internal import ShoalClustering
internal import ShoalSchemas
internal import ShoalSettings

/// `shoal.v1.Settings`: the settings recorded with models.
enum SettingsRecord {
    static func write(_ settings: Settings, _ writer: inout ProtoWriter) {
        let values = SettingValues(engine: settings)
        for field in RecordedField.all {
            switch field.content {
            case .list(let path):
                for element in values[keyPath: path] { writer.present(field.number, bytes: element) }
            case .number(let read, _):
                guard let number = read(values), number != 0 || field.isPresentIfZero else { continue }
                writer.present(field.number, number)
            }
        }
    }

    static func read(_ reader: inout ProtoReader) throws(ProtoError) -> Settings {
        var values = SettingValues()
        for field in RecordedField.all where field.isZeroIfAbsent { _ = field.set(0, in: &values) }
        while let found = try reader.next() {
            guard let field = RecordedField.all.first(where: { $0.number == found.number }) else {
                try reader.skip(found)
                continue
            }
            if case .list(let path) = field.content {
                values[keyPath: path].append(try reader.bytes(found))
            } else if !field.set(try reader.int64(found), in: &values) {
                throw .badValue
            }
        }
        return values.engine
    }
}

internal import Foundation
internal import ShoalSchemas

/// Records of a file, and the values of their fields.
struct EventSample {
    let records: [[String: Any]]
    /// In the order of their paths' text.
    let profiles: [FieldProfile]
    /// By record: the paths that have a value, with their first text; empty if it is not text.
    private let texts: [[FieldPath: String]]

    /// - Parameter lines: JSON objects. Others are left out.
    init(_ lines: [[UInt8]]) {
        self.init(
            lines.compactMap { (try? JSONSerialization.jsonObject(with: Data($0), options: [])) as? [String: Any] })
    }

    private init(_ records: [[String: Any]]) {
        self.records = records
        var profiles: [FieldPath: FieldProfile] = [:]
        var texts: [[FieldPath: String]] = []
        for record in records {
            var seen: [FieldPath: String] = [:]
            Self.visit(record, []) { path, value in
                profiles[path, default: FieldProfile(path)].add(value)
                if seen[path] == nil { seen[path] = value as? String ?? "" }
            }
            for path in seen.keys { profiles[path]?.records += 1 }
            texts.append(seen)
        }
        self.profiles = profiles.values.sorted { $0.path.text < $1.path.text }
        self.texts = texts
    }

    /// The records that have a path, without those of another kind.
    func records(with path: FieldPath) -> EventSample {
        let has = texts.map { $0[path] != nil }
        return has.contains(false) ? EventSample(zip(records, has).filter(\.1).map(\.0)) : self
    }

    /// The share of the records in which a path has a value, 0 … 1.
    func coverage(_ profile: FieldProfile) -> Double { Double(profile.records) / Double(max(records.count, 1)) }

    /// Returns the condition that separates records with a path from those without it; nil if there is none.
    func condition(for path: FieldPath) -> EventMapping.Condition? {
        let names: Set = ["event", "type", "eventtype", "eventname", "action", "name", "activity"]
        for profile in profiles where !profile.isList && (2...20).contains(profile.distinct.count) {
            let name = profile.path.components.last?.name.lowercased().filter(\.isLetter) ?? ""
            guard names.contains(name) else { continue }
            var counts: [String: (with: Int, all: Int)] = [:]
            for text in texts {
                guard let value = text[profile.path] else { continue }
                counts[value, default: (0, 0)].all += 1
                if text[path] != nil { counts[value, default: (0, 0)].with += 1 }
            }
            let good = counts.filter { $0.value.with * 10 >= $0.value.all * 8 }.keys.sorted()
            let bad = counts.filter { $0.value.with * 10 <= $0.value.all * 2 }
            if !good.isEmpty, !bad.isEmpty, good.count + bad.count == counts.count {
                return EventMapping.Condition(profile.path, good)
            }
        }
        return nil
    }

    /// Calls `body` with each value that is neither a list nor an object, and its path.
    private static func visit(
        _ value: Any, _ path: [FieldPath.Component], _ body: (FieldPath, Any) -> Void
    ) {
        if let object = value as? [String: Any] {
            guard path.count < 8 else { return }
            for (name, value) in object where !name.isEmpty {
                visit(value, path + [FieldPath.Component(name: name)], body)
            }
        } else if let list = value as? [Any] {
            guard var last = path.last, !last.isList else { return }
            last.isList = true
            for element in list.prefix(50) { visit(element, path.dropLast() + [last], body) }
        } else if !(value is NSNull), !path.isEmpty {
            body(FieldPath(path), value)
        }
    }
}

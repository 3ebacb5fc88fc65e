internal import Foundation
package import ShoalSchemas

/// Why a record of a file is no watch event, with the place of the record and the value of the field.
///
/// It is shown only to those who have the file. The value of a viewer's id is left out.
package struct RecordFault {
    package let text: String

    /// - Parameters:
    ///   - place: where the record is, such as `line 17`.
    ///   - mapping: nil: the fields have the names of `shoal.v1.WatchEvent`.
    package init(_ fault: Fault, of record: [UInt8], at place: String, _ mapping: EventMapping?) {
        guard let field = fault.field.flatMap(Self.field), fault.reason != .badJSON else {
            text = "\(place): \(fault.text)"
            return
        }
        let source = mapping?[field]
        let path = mapping == nil ? fault.field.flatMap { FieldPath($0.rawValue) } : source?.path
        guard let path, source?.unit != .constant else {
            text = "\(place): \(fault.text)"
            return
        }
        let value = Self.value(path, in: record)
        let isShown = field != .viewer && field != .id
        let expected = [.badField].contains(fault.reason) ? source.map { Self.expected($0, fault) } : nil
        let what = value.map { isShown ? "\(path.text) is \($0)" : path.text } ?? "\(path.text) has no value"
        text = "\(place): \(fault.reason.rawValue): \(what), expected \(expected ?? fault.expected)"
    }

    private static func expected(_ source: EventMapping.Source, _ fault: Fault) -> String {
        switch fault.field {
        case .time, .watched, .duration: source.unit.example
        default: fault.expected
        }
    }

    private static func field(_ field: Fault.Field) -> EventMapping.Field? {
        switch field {
        case .key: nil
        case .id: .id
        case .viewer: .viewer
        case .video: .video
        case .topics, .topicName, .topicWeight: .topics
        case .watched: .watched
        case .duration: .duration
        case .time: .time
        }
    }

    /// Returns the first value at a path, shortened; nil: there is none.
    private static func value(_ path: FieldPath, in record: [UInt8]) -> String? {
        guard var value = try? JSONSerialization.jsonObject(with: Data(record), options: []) else { return nil }
        for component in path.components {
            guard let next = (value as? [String: Any])?[component.name] else { return nil }
            value = component.isList ? (next as? [Any])?.first ?? next : next
        }
        if value is NSNull { return nil }
        let data = try? JSONSerialization.data(
            withJSONObject: value, options: [.fragmentsAllowed, .withoutEscapingSlashes])
        let text = data.map { String(decoding: $0, as: UTF8.self) } ?? ""
        return (text.count > 40 ? text.prefix(40) + "…" : text[...]).description.printable
    }
}

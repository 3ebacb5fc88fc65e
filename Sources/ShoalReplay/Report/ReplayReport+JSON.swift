internal import Foundation

extension ReplayReport {
    /// Returns the report as one line of JSON. Names follow the style of the output topic, keys are sorted, unknown
    /// values are omitted, and equal reports give equal bytes. The schema is `schemas/replay_report.schema.json`.
    public func json() throws -> String {
        try ReportJSON.encode(self)
    }

    /// Decodes a report from its JSON form.
    public init(json: String) throws {
        self = try ReportJSON.decode(Self.self, json)
    }
}

/// Encodes and decodes reports as JSON.
enum ReportJSON {
    static func encode(
        _ report: some Encodable, names: JSONEncoder.KeyEncodingStrategy = .convertToSnakeCase
    ) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = names
        return String(decoding: try encoder.encode(report), as: UTF8.self)
    }

    static func decode<Report: Decodable>(_ type: Report.Type, _ json: String) throws -> Report {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(json.utf8))
    }
}

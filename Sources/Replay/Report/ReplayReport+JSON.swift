internal import Foundation

extension ReplayReport {
    /// The report as one line of JSON: names in the style of the output topic, keys sorted, what is unknown left out; the same
    /// bytes for the same report. `schemas/replay_report.schema.json` describes it.
    public func json() throws -> String {
        try ReportJSON.encode(self)
    }

    /// A report from its JSON form.
    public init(json: String) throws {
        self = try ReportJSON.decode(Self.self, json)
    }
}

/// Reports as JSON.
enum ReportJSON {
    static func encode(_ report: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(report), as: UTF8.self)
    }

    static func decode<Report: Decodable>(_ type: Report.Type, _ json: String) throws -> Report {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(json.utf8))
    }
}

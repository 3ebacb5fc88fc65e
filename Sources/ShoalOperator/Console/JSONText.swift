import Foundation
import ShoalSchemas

/// Encodes JSON for programs, with sorted snake_case names.
package enum JSONText {
    /// Returns one object with a newline.
    package static func line(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self).printableJSON + "\n"
    }
}

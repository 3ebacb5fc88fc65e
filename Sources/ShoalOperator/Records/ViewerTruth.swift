import Foundation
package import ShoalPipeline
import ShoalReplay
import ShoalSchemas

/// The true groups of viewers, from a file written by `shoal simulate --truth`.
package struct ViewerTruth: Sendable {
    /// The group of each viewer that belongs to exactly one and is not silent, by pseudonym.
    package private(set) var groups: [UInt128: Int32] = [:]

    private struct Line: Decodable {
        var kind: String
        var userId: String?
        var archetype: Int32?
        var second: Int32?
        var silent: Bool?
    }

    /// - Throws: `InputError`; `EventFileError`.
    package init(_ path: String, key: PrivacyKey) throws {
        let reader = try EventFileReader(path)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var (line, number) = ([UInt8](), 0)
        while try reader.next(into: &line) {
            number += 1
            guard !line.isEmpty else { continue }
            guard let entry = try? decoder.decode(Line.self, from: Data(line)) else {
                throw InputError(description: "\(path): line \(number) is not an object with a `kind`")
            }
            guard entry.kind == "viewer" else { continue }
            guard let viewer = entry.userId, let group = entry.archetype else {
                throw InputError(description: "\(path): line \(number): a viewer needs `user_id` and `archetype`")
            }
            // The last entry of a viewer applies.
            let isOne = entry.second == nil && entry.silent != true
            groups[key.storedPseudonym(of: Array(viewer.utf8))] = isOne ? group : nil
        }
        guard !groups.isEmpty else {
            throw InputError(description: "\(path): has no viewer that belongs to one group only")
        }
    }
}

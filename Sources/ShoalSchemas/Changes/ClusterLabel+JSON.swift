import Foundation

extension ClusterLabel: ClusterRecord {
    /// Returns the JSON form, one line with its keys in order.
    public var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map(Array.init) ?? []
    }

    /// - Throws: `ProtoError.badValue` if the bytes are no label.
    public init(_ json: [UInt8]) throws(ProtoError) {
        guard let label = try? JSONDecoder().decode(Self.self, from: Data(json)), label.cluster > 0 else {
            throw .badValue
        }
        self = label
    }
}

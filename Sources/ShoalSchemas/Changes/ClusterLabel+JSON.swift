import Foundation

extension ClusterLabel {
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

    /// Reads a record of `labels.topic`: a label, or nil for one that was removed.
    public static func entry(
        _ key: [UInt8]?, _ value: [UInt8]?
    ) throws(ProtoError) -> (cluster: UInt32, label: ClusterLabel?) {
        guard let key, let cluster = UInt32(String(decoding: key, as: UTF8.self)) else { throw .badValue }
        guard let value else { return (cluster, nil) }
        let label = try ClusterLabel(value)
        guard label.cluster == cluster else { throw .badValue }
        return (cluster, label)
    }
}

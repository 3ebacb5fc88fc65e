/// The value of a record of a compacted topic whose keys are the numbers of clusters.
public protocol ClusterRecord: Sendable {
    var cluster: UInt32 { get }

    /// - Throws: `ProtoError` if the bytes are no such value.
    init(_ value: [UInt8]) throws(ProtoError)
}

extension ClusterRecord {
    /// Reads a record: the cluster of its key, and its value, nil if it was removed.
    /// - Throws: `ProtoError` if the key is no number, or the value is none of that cluster.
    public static func entry(
        _ key: [UInt8]?, _ value: [UInt8]?
    ) throws(ProtoError) -> (cluster: UInt32, value: Self?) {
        guard let key, let cluster = UInt32(String(decoding: key, as: UTF8.self)) else { throw .badValue }
        guard let value else { return (cluster, nil) }
        let decoded = try Self(value)
        guard decoded.cluster == cluster else { throw .badValue }
        return (cluster, decoded)
    }
}

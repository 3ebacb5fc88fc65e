internal import ShoalClustering
internal import ShoalSchemas

/// Where the members of a cluster are published, as two parallel fields of a message.
struct PublishedCounts {
    private var clusters: [ClusterID] = []
    private var counts: [Int64] = []

    /// - Parameter first: The number of the field with the clusters. The counts follow.
    static func write(_ counts: [PublishedCount], _ writer: inout ProtoWriter, first: Int) {
        writer.packed(first, counts.lazy.map(\.published))
        writer.packed(first + 1, zigzag: counts.lazy.map(\.count))
    }

    mutating func readClusters(_ field: ProtoReader.Field, _ reader: inout ProtoReader) throws(ProtoError) {
        try reader.repeated(field) { clusters.append(ClusterID(clamping: $0)) }
    }

    mutating func readCounts(_ field: ProtoReader.Field, _ reader: inout ProtoReader) throws(ProtoError) {
        try reader.repeated(field) { counts.append(ProtoReader.unzigzag($0)) }
    }

    func entries() throws(ProtoError) -> [PublishedCount] {
        guard clusters.count == counts.count else { throw .badValue }
        return zip(clusters, counts).map { PublishedCount(published: $0, count: $1) }
    }
}

internal import ShoalClustering
internal import ShoalSchemas

/// Where the members of a cluster are published, as three parallel fields of a message.
struct PublishedCounts {
    private var clusters: [ClusterID] = []
    private var counts: [Int64] = []
    private var counting: [Int64] = []

    /// - Parameter first: The number of the field with the clusters. The counts follow, and the numbers of members that count
    ///   towards `privacy.min-cluster-size`, which are absent if all are 0.
    static func write(_ counts: [PublishedCount], _ writer: inout ProtoWriter, first: Int) {
        writer.packed(first, counts.lazy.map(\.published))
        writer.packed(first + 1, zigzag: counts.lazy.map(\.count))
        guard counts.contains(where: { $0.counting != 0 }) else { return }
        writer.packed(first + 2, zigzag: counts.lazy.map(\.counting))
    }

    mutating func readClusters(_ field: ProtoReader.Field, _ reader: inout ProtoReader) throws(ProtoError) {
        try reader.repeated(field) { clusters.append(ClusterID(clamping: $0)) }
    }

    mutating func readCounts(_ field: ProtoReader.Field, _ reader: inout ProtoReader) throws(ProtoError) {
        try reader.repeated(field) { counts.append(ProtoReader.unzigzag($0)) }
    }

    mutating func readCounting(_ field: ProtoReader.Field, _ reader: inout ProtoReader) throws(ProtoError) {
        try reader.repeated(field) { counting.append(ProtoReader.unzigzag($0)) }
    }

    func entries() throws(ProtoError) -> [PublishedCount] {
        guard clusters.count == counts.count, counting.isEmpty || counting.count == counts.count else {
            throw .badValue
        }
        return clusters.indices.map {
            PublishedCount(
                published: clusters[$0], count: counts[$0], counting: counting.isEmpty ? 0 : counting[$0])
        }
    }
}

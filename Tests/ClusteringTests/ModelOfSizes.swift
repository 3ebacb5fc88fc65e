@testable import ShoalClustering

extension Model {
    /// A model with k = 100 and a cluster for each size, from number 1 on. Cluster 1 is similar to 2, and 3 to 4.
    static func of(sizes: [Int64]) -> Model {
        var settings = Settings()
        settings.minClusterSize = 100
        var model = Model(settings: settings)
        for (place, size) in sizes.enumerated() {
            var cluster = Cluster(id: ClusterID(place + 1))
            cluster.sums.count = size
            cluster.centroid = [
                Component(topic: TopicNumber(place / 2), value: 30_000),
                Component(topic: TopicNumber(10 + place), value: 10_000),
            ]
            model.clusters.append(cluster)
        }
        model.nextID = ClusterID(sizes.count + 1)
        return model
    }
}

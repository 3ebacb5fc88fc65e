import ShoalClient

/// Counts the members of each cluster, as far as the output topic tells: `subscriber localhost:9092 cluster-changes`.
@main
struct Subscriber {
    static func main() async throws {
        let words = CommandLine.arguments
        var configuration = ClusterChanges.Configuration(
            kafka: ClientConfiguration(["bootstrap.servers": words.count > 1 ? words[1] : "localhost:9092"]),
            topic: words.count > 2 ? words[2] : "cluster-changes")
        configuration.start = .beginning
        configuration.stopsAtEnd = true
        var members: [UInt32: Int] = [:]
        for try await next in ClusterChanges(configuration) where next.change.kind.isOfMember {
            if next.change.from != 0 { members[next.change.from, default: 0] -= 1 }
            if next.change.to != 0 { members[next.change.to, default: 0] += 1 }
        }
        for (cluster, count) in members.sorted(by: { $0.key < $1.key }) {
            print("cluster \(cluster): \(count) members")
        }
    }
}

import Foundation
import ShoalClient

/// A table of who is in which cluster, kept up to date: `members localhost:9092 cluster-members`.
@main
struct Members {
    static func main() async {
        do {
            try await run()
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            exit(error is UnknownTopic ? 72 : 1)
        }
    }

    private static func run() async throws {
        let words = CommandLine.arguments
        let members = ClusterMembers(
            kafka: ClientConfiguration(["bootstrap.servers": words.count > 1 ? words[1] : "localhost:9092"]),
            topic: words.count > 2 ? words[2] : "cluster-members")

        try await members.catchUp()
        print("\(members.count) members")
        for (cluster, size) in members.sizes.sorted(by: { $0.key < $1.key }) {
            print("cluster \(cluster): \(size) members")
        }
        if words.contains("--once") { return }
        for try await update in members {
            let clusters = (update.before?.cluster ?? 0, update.membership?.cluster ?? 0)
            print("a member of \(clusters.0) is now in \(clusters.1): \(members.sizes[clusters.1] ?? 0) are there")
        }
    }
}

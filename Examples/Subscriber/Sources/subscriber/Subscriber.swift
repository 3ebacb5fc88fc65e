import Foundation
import ShoalClient

/// Prints what becomes of members, each change once, also over restarts: `subscriber localhost:9092 cluster-changes state.json`.
///
/// What it has counted and the position behind the last change are kept in one file, written together: whenever it ends, it
/// goes on exactly where it was.
@main
struct Subscriber {
    struct State: Codable {
        var moves = 0
        var position: Position?
    }

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
        var configuration = ClusterChanges.Configuration(
            kafka: ClientConfiguration(["bootstrap.servers": words.count > 1 ? words[1] : "localhost:9092"]),
            topic: words.count > 2 ? words[2] : "cluster-changes")
        let file = URL(fileURLWithPath: words.count > 3 ? words[3] : "subscriber.json")
        configuration.stopsAtEnd = words.contains("--once")

        var state = try (try? Data(contentsOf: file)).map { try JSONDecoder().decode(State.self, from: $0) } ?? State()
        configuration.start = state.position.map { .after($0) } ?? .beginning
        for try await next in ClusterChanges(configuration) {
            let change = next.change
            switch change.kind {
            case .memberMoved:
                state.moves += 1
                print("moved from \(change.from) to \(change.to), by \(change.why?.name ?? "?")")
            case .clusterCreated:
                print("cluster \(change.cluster): \(change.leadingTopics.joined(separator: ", "))")
            default: break
            }
            state.position = next.position
            // A service would do so now and then, together with what it keeps.
            try JSONEncoder().encode(state).write(to: file, options: .atomic)
        }
        print("\(state.moves) moves so far")
    }
}

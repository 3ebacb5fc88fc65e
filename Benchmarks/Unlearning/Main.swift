import Foundation
import ShoalClustering
import ShoalGenerator

/// Erases viewers, and measures after how many epochs the models are those of a run in which they had never been:
/// `make bench-unlearning`. Writes `results.md`, `results.json` and `results.svg`.
@main
struct BenchUnlearning {
    private static let epoch = 40
    private static let ages = [0, 1, 5, 20, 40]

    static func main() throws {
        let words = Array(CommandLine.arguments.dropFirst())
        let folder = URL(filePath: words.first ?? ".")
        let erasures = words.count > 1 ? Int(words[1]) ?? 200 : 200
        let seed = words.count > 2 ? UInt64(words[2]) ?? 1 : 1
        var curves: [Curve] = []
        for (viewers, erasures) in [(3_000, erasures), (20_000, erasures / 20)] {
            let shape = StreamShape.base.with {
                $0.viewers = viewers
                $0.epochs = epoch + 61
            }
            let events = try EpochEvents(shape, seed: seed)
            for age in ages { curves.append(try measure(events, age: age, erasures: erasures, seed: seed)) }
        }
        let table = Curve.table(curves)
        print(table)
        let head = """
            # Unlearning

            `make bench-unlearning` writes this file, with `results.json` and `results.svg`. Stream *base*, seed \(seed), \
            epochs of an hour. A viewer joins, watches what one of the others watches, and is erased. *The same* are models \
            that equal those of a run without that viewer, in all fields, from then on to the end, 60 epochs later.

            \(table)
            """
        try Data(head.utf8).write(to: folder.appending(path: "results.md"))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(curves).write(to: folder.appending(path: "results.json"))
        try Data(Curve.picture(curves).utf8).write(to: folder.appending(path: "results.svg"))
    }

    private static func measure(_ events: EpochEvents, age: Int, erasures: Int, seed: UInt64) throws -> Curve {
        let run = try ErasureRun(events, erasingIn: epoch, age: age)
        var draws = SplitMix64(seed: seed)
        let viewers = (0..<erasures).map { _ in Int(draws.next() % UInt64(events.shape.viewers)) }
        let outcomes = try viewers.map { try run.outcome(repeating: $0) }
        return Curve(viewers: events.shape.viewers, age: age, outcomes, epochs: events.shape.epochs - epoch)
    }
}

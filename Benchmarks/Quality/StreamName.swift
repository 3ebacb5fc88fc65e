import ShoalGenerator

/// The streams of the benchmark that are built in.
enum StreamName: String, CaseIterable, Sendable {
    case base
    case noisy
    case hard
    case skew
    case many
    case shared
    case few = "few-topics"
    case drift
    /// Many viewers: a sample shows a small part of each cluster.
    case large
    /// Many groups, each of less than 0.2 % of the viewers.
    case fine
    /// The real log, with a fixed number of clusters.
    case real

    /// The streams to which the targets for streams with a known truth apply.
    static let synthetic: [StreamName] = [.base, .noisy, .hard, .skew, .many, .shared, .few, .drift]

    /// The shape; `nil` for the real log.
    var shape: StreamShape? {
        switch self {
        case .large:
            .everyday.with { $0.viewers = 100_000 }
        case .fine:
            .many.with {
                $0.topics = 2_000
                $0.archetypes = 512
                $0.viewers = 200_000
                $0.sizeExponent = 0.3
            }
        default: StreamShape.presets.first { $0.name == rawValue }?.shape
        }
    }

    /// The epochs at whose ends the objective is compared with the ceiling.
    var checkpoints: [Int] {
        switch self {
        case .drift: [10, 20, 40, 59, 99, 139, 179]
        case .large: [59, 119, 179]
        // Batch runs with hundreds of clusters take too long.
        case .fine: []
        default: [10, 20, 40, 59]
        }
    }

    /// The number of seeds that are run.
    var seeds: Int { isLarge ? 3 : 10 }

    /// Whether the stream is large: it is run with few seeds, and without the rules of other systems.
    var isLarge: Bool { self == .large || self == .fine }
}

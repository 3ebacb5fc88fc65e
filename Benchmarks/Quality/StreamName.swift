import ShoalGenerator

/// The streams of the benchmark.
enum StreamName: String, CaseIterable, Sendable {
    case base
    case noisy
    case hard
    case skew
    case many
    case shared
    case few = "few-topics"
    case drift
    /// The real log.
    case real

    static let synthetic = allCases.filter { $0 != .real }

    /// The shape; `nil` for the real log.
    var shape: StreamShape? {
        StreamShape.presets.first { $0.name == rawValue }?.shape
    }

    /// The epochs at whose ends the objective is compared with the ceiling.
    var checkpoints: [Int] {
        self == .drift ? [10, 20, 40, 59, 99, 139, 179] : [10, 20, 40, 59]
    }
}

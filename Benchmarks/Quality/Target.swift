import ShoalScoring

/// The target of a figure.
struct Target: Sendable {
    enum Statistic: String, Sendable {
        case median
        case mean
        case worst
    }

    enum Verdict: String {
        case missed
        case met
        case aim = "met, aim too"
    }

    let title: String
    let figure: Figure
    let statistic: Statistic
    let streams: [String]
    let atLeast: Double
    /// `nil` for none.
    let aim: Double?

    init(
        _ title: String, _ figure: Figure, _ statistic: Statistic, _ streams: [String], atLeast: Double, aim: Double?
    ) {
        self.title = title
        self.figure = figure
        self.statistic = statistic
        self.streams = streams
        self.atLeast = atLeast
        self.aim = aim
    }

    func value(_ spread: Spread) -> Double {
        switch statistic {
        case .median: spread.median
        case .mean: spread.mean
        case .worst: spread.worst(figure.better)
        }
    }

    func verdict(_ value: Double) -> Verdict {
        func reaches(_ bound: Double) -> Bool { figure.better == .larger ? value >= bound : value <= bound }
        guard reaches(atLeast) else { return .missed }
        return aim.map { reaches($0) } ?? false ? .aim : .met
    }
}

extension Target {
    private static let synthetic = StreamName.synthetic.map(\.rawValue)
    private static let real = [StreamName.real.rawValue]

    private static let large = [StreamName.large.rawValue]
    private static let fine = [StreamName.fine.rawValue]
    /// All real logs of the directory.
    static let logs = [LogCase.prefix]

    /// The targets of real logs and of large streams.
    private static let stability: [Target] = [
        Target("objective against the ceiling", .objective, .median, logs, atLeast: 0.995, aim: 0.9995),
        Target("objective against the ceiling", .objective, .worst, logs, atLeast: 0.985, aim: 0.995),
        Target("largest cluster's share", .largest, .worst, logs, atLeast: 0.4, aim: 0.25),
        Target("ARI of two keys, less batch k-means", .keysAhead, .mean, logs, atLeast: 0, aim: nil),
        Target("relabelled by merges, a member", .relabelled, .worst, logs, atLeast: 0.2, aim: 0.05),
        Target("moves a member", .moves, .worst, logs, atLeast: 1, aim: 0.4),
        Target("children merged back", .mergedBack, .mean, large, atLeast: 0.5, aim: 0),
        Target("ARI at the end", .ari, .median, fine, atLeast: 0.75, aim: 0.9),
    ]

    /// The targets in row order.
    static let all: [Target] =
        [
            Target("objective against the ceiling", .objective, .mean, synthetic, atLeast: 0.998, aim: 0.9995),
            Target("objective against the ceiling", .objective, .worst, synthetic, atLeast: 0.99, aim: 0.997),
            Target("objective against the ceiling", .objective, .mean, real, atLeast: 0.995, aim: 0.999),
            Target("ARI at the end", .ari, .median, ["base", "noisy"], atLeast: 0.99, aim: 0.995),
            Target("ARI at the end", .ari, .median, ["hard"], atLeast: 0.96, aim: 0.98),
            Target("ARI at the end", .ari, .median, ["skew"], atLeast: 0.99, aim: 0.998),
            Target("ARI at the end", .ari, .median, ["many", "shared"], atLeast: 0.98, aim: 0.99),
            Target("ARI at the end", .ari, .worst, synthetic, atLeast: 0.90, aim: 0.95),
        ]
        + [ScriptStep.Kind.birth, .split, .merge].flatMap { kind in
            [
                Target("\(kind) found within epochs", .delay(kind), .median, ["drift"], atLeast: 3, aim: 2),
                Target("\(kind) found within epochs", .delay(kind), .worst, ["drift"], atLeast: 10, aim: 3),
            ]
        } + [
            Target("death found within epochs", .delay(.death), .median, ["drift"], atLeast: 4, aim: 3),
            Target("death found within epochs", .delay(.death), .worst, ["drift"], atLeast: 10, aim: 4),
            Target("operations that mirror nothing", .unmirrored, .median, ["drift"], atLeast: 6, aim: 2),
            Target("moves a viewer over 60 epochs", .movesIn60, .median, ["base"], atLeast: 0.25, aim: 0.15),
            Target("moves a viewer over 60 epochs", .movesIn60, .median, ["hard"], atLeast: 0.5, aim: 0.3),
            Target("moves a viewer over 60 epochs", .movesIn60, .median, ["skew"], atLeast: 0.3, aim: 0.2),
            Target("there-and-back moves", .returns, .median, synthetic, atLeast: 0.25, aim: 0.1),
            Target("members that keep their id", .kept, .median, ["base", "drift"], atLeast: 0.998, aim: 0.999),
            Target("K found against true K", .clusterError, .median, synthetic, atLeast: 1, aim: 0),
            Target("ARI ahead of the rules", .ahead, .median, ["base"], atLeast: 0.06, aim: nil),
            Target("ARI ahead of the rules", .ahead, .median, ["hard"], atLeast: 0.12, aim: nil),
            Target("ARI ahead of the rules", .ahead, .median, ["skew"], atLeast: 0.4, aim: nil),
            Target("ARI ahead of the rules", .ahead, .median, ["drift"], atLeast: 0.08, aim: nil),
        ] + stability
}

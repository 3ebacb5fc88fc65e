import ShoalScoring

/// A figure of a run and its format.
struct Figure: Sendable {
    let key: String
    /// The title of its table row.
    let title: String
    let better: Spread.Preference
    let digits: Int
    /// Whether it is shown as a percentage.
    var isShare = false

    func text(_ value: Double) -> String {
        if value.isNaN { return "–" }
        if value.isInfinite { return "never" }
        return isShare ? Self.number(value * 100, digits) + " %" : Self.number(value, digits)
    }

    /// Formats a number with a fixed number of decimals, rounded half away from zero.
    static func number(_ value: Double, _ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int((value.magnitude * scale).rounded())
        let (whole, rest) = (scaled / Int(scale), scaled % Int(scale))
        let padded = String(rest + Int(scale)).dropFirst()
        return (value < 0 && scaled > 0 ? "−" : "") + "\(whole)" + (digits > 0 ? ".\(padded)" : "")
    }
}

extension Figure {
    static let objective = Figure(key: "objective", title: "objective / ceiling", better: .larger, digits: 4)
    static let objectiveEnd = Figure(
        key: "objective-end", title: "objective / ceiling at the end", better: .larger, digits: 4)
    static let againstStarts = Figure(
        key: "against-starts", title: "objective / best of ten starts", better: .larger, digits: 4)
    static let ari = Figure(key: "ari", title: "ARI at the end", better: .larger, digits: 4)
    static let ariMean = Figure(key: "ari-mean", title: "ARI, mean from epoch 15 on", better: .larger, digits: 4)
    static let ami = Figure(key: "ami", title: "AMI at the end", better: .larger, digits: 4)
    static let batchARI = Figure(key: "batch-ari", title: "ARI of the best of ten starts", better: .larger, digits: 4)
    static let clusters = Figure(key: "clusters", title: "K at the end", better: .larger, digits: 0)
    static let trueClusters = Figure(key: "true-clusters", title: "true K", better: .larger, digits: 0)
    static let clusterError = Figure(key: "cluster-error", title: "K found against true K", better: .smaller, digits: 0)
    static let unassigned = Figure(
        key: "unassigned", title: "unassigned at the end", better: .smaller, digits: 2, isShare: true)
    static let moves = Figure(key: "moves", title: "moves a viewer", better: .smaller, digits: 3)
    static let movesIn60 = Figure(key: "moves-60", title: "the same over 60 epochs", better: .smaller, digits: 3)
    static let movesBySweep = Figure(key: "moves-sweep", title: "of these by sweeps", better: .smaller, digits: 3)
    static let returns = Figure(
        key: "returns", title: "there-and-back moves", better: .smaller, digits: 1, isShare: true)
    static let kept = Figure(
        key: "kept", title: "members that keep their id over an epoch", better: .larger, digits: 2, isShare: true)
    static let late = Figure(
        key: "late", title: "operations after epoch 20, per 100 epochs", better: .smaller, digits: 1)
    static let unmirrored = Figure(
        key: "unmirrored", title: "operations that mirror nothing, per 100 epochs", better: .smaller, digits: 1)
    static let relabelled = Figure(
        key: "relabelled", title: "relabelled by merges, a member", better: .smaller, digits: 3)
    static let mergedBack = Figure(
        key: "merged-back", title: "children merged back within 48 epochs, per 100 epochs", better: .smaller, digits: 1)
    static let lifetime = Figure(
        key: "lifetime", title: "epochs that ended clusters lasted", better: .larger, digits: 0)
    static let largest = Figure(
        key: "largest", title: "largest cluster's share", better: .smaller, digits: 1, isShare: true)
    static let batchLargest = Figure(
        key: "batch-largest", title: "the same of batch k-means", better: .smaller, digits: 1, isShare: true)
    static let keysARI = Figure(key: "keys-ari", title: "ARI of two keys", better: .larger, digits: 3)
    static let batchKeysARI = Figure(
        key: "batch-keys-ari", title: "ARI of two seeds of batch k-means", better: .larger, digits: 3)
    static let keysAhead = Figure(
        key: "keys-ahead", title: "mean ARI of two keys, less that of batch k-means", better: .larger, digits: 3)
    static let wanderers = Figure(
        key: "wanderers", title: "ids of the group that wanders", better: .smaller, digits: 0)
    static let seconds = Figure(key: "seconds", title: "seconds in the engine", better: .smaller, digits: 1)

    static func delay(_ kind: ScriptStep.Kind) -> Figure {
        Figure(
            key: "delay-\(kind)", title: "\(kind): epochs to the deciding model", better: .smaller, digits: 1)
    }

    static func delayOfMembers(_ kind: ScriptStep.Kind) -> Figure {
        Figure(key: "members-\(kind)", title: "\(kind): epochs until members show it", better: .smaller, digits: 1)
    }

    static let ahead = Figure(
        key: "ahead", title: "ARI ahead of the best of the three at the end", better: .larger, digits: 3)
    static let aheadMean = Figure(
        key: "ahead-mean", title: "the same, mean from epoch 15 on", better: .larger, digits: 3)

    static let rules = ["Spark", "Flink", "scikit-learn"]

    static func rule(_ name: String, _ figure: Figure) -> Figure {
        Figure(
            key: "\(name):\(figure.key)", title: "\(name): \(figure.title)", better: figure.better,
            digits: figure.digits, isShare: figure.isShare)
    }

    static let ofRules = [objective, ari, ariMean, moves]

    /// All figures, in the order of tables.
    static let all: [Figure] =
        [
            objective, objectiveEnd, againstStarts, ari, ariMean, ami, batchARI, clusters, trueClusters, clusterError,
            unassigned, largest, batchLargest, moves, movesIn60, movesBySweep, returns, kept, relabelled, mergedBack,
            lifetime, keysARI, batchKeysARI, keysAhead, late,
        ] + steps.map { delay($0) } + steps.map { delayOfMembers($0) } + [unmirrored, wanderers, ahead, aheadMean]
        + rules.flatMap { rule in ofRules.map { Figure.rule(rule, $0) } } + [seconds]

    static let steps: [ScriptStep.Kind] = [.birth, .split, .merge, .death, .scatter]
}

/// The result of a run.
struct RunResult: Sendable {
    let stream: String
    let seed: Int
    /// Values by figure, one per checkpoint.
    var values: [String: [Double]] = [:]
    /// Notes on missed targets.
    var notes: [String] = []
    /// The final clusters of viewers, and those of batch k-means; −1 if not eligible. Not stored.
    var labels: [Int32] = []
    var batchLabels: [Int32] = []

    init(stream: String, seed: Int) {
        self.stream = stream
        self.seed = seed
    }

    subscript(figure: Figure) -> Double? {
        get { values[figure.key]?.last }
        set { values[figure.key] = newValue.map { [$0] } }
    }

    mutating func append(_ value: Double, to figure: Figure) {
        values[figure.key, default: []].append(value)
    }
}

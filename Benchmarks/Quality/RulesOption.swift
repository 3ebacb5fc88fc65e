import ShoalClustering

/// Changed rules, for ablations: `name=value`, separated by commas.
struct RulesOption: Sendable {
    private(set) var rules = LifecycleRules.current

    static let none = RulesOption()
    static let names = [
        "split", "merge", "swap-split", "seed-wait", "seeds-by-minimum", "merge-share", "merge-quantile", "merge-floor",
        "refine", "full-seed", "first-wait", "hysteresis", "far", "returning-divisor", "joins", "leaves",
    ]

    private init() {}

    init(_ text: String) throws {
        for word in text.split(separator: ",") {
            let parts = word.split(separator: "=").map(String.init)
            guard parts.count == 2, let value = Double(parts[1]) else {
                if word == "previous" {
                    rules = .previous
                    continue
                }
                throw BenchError("--rules \(text): \"\(word)\" is not name=number")
            }
            try set(parts[0], value)
        }
    }

    private mutating func set(_ name: String, _ value: Double) throws {
        switch name {
        case "split": rules.split = value
        case "merge": rules.merge = value
        case "swap-split": rules.swapSplit = value
        case "seed-wait": rules.seedWait = Int64(value)
        case "merge-share": rules.mergeShare = value
        case "merge-quantile": rules.mergeQuantile = value
        case "merge-floor": rules.mergeFloor = value
        case "seeds-by-minimum": rules.seedsByMinimum = value > 0
        case "full-seed": rules.fullSeed = Int64(value)
        case "first-wait": rules.firstWait = Int64(value)
        case "refine": rules.refine = value
        case "hysteresis": rules.hysteresis = Int64(value)
        case "far": rules.far = Int64(value)
        case "returning-divisor": rules.returningDivisor = Int64(value)
        case "joins": rules.joins = Int64(value)
        case "leaves": rules.leaves = Int64(value)
        default: throw BenchError("--rules: there is no rule \"\(name)\"")
        }
    }
}

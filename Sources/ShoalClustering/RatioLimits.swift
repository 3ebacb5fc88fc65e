/// The thresholds of ρ in one model, which depend on how far apart its clusters are.
struct RatioLimits {
    /// The minimum ρ of a split.
    var split: Double
    /// The ρ below which a pair is hardly two clusters, and that below which pairs are merged.
    var distinct: Double
    var merge: Double

    /// - Parameter nearest: ρ of each cluster and its nearest neighbour, ascending.
    init(nearest: [Double], _ rules: LifecycleRules) {
        (split, distinct, merge) = (rules.split, rules.merge, rules.merge)
        guard !nearest.isEmpty else { return }
        func quantile(_ share: Double) -> Double { nearest[min(Int(Double(nearest.count) * share), nearest.count - 1)] }
        if rules.nearer > 0 {
            let share = (quantile(0.5) - rules.nearerFrom) / (rules.nearerTo - rules.nearerFrom)
            let part = min(max(share, 0), 1)
            split -= rules.nearer * part
            distinct -= rules.nearerMerge * part
            merge = distinct
        }
        if rules.mergeShare > 0 {
            merge = min(merge, max(rules.mergeShare * quantile(rules.mergeQuantile), rules.mergeFloor))
        }
    }
}

/// The movement of centroids over a shard's recent models. It extends bounds on scores from one model to the next, at a
/// cost that does not depend on the number of members.
///
/// Under a new model, a member's score of a cluster grows by at most ‖x‖ · ‖max(C' − C, 0)‖ (Cauchy–Schwarz). The
/// maximum of these over all clusters is accumulated, except for clusters that moved far. Those are evaluated exactly.
struct CentroidDrift {
    struct Step {
        /// The sum of the largest growths of all earlier steps, Q15, rounded up.
        var before: Int64
        /// Clusters that are new or moved far.
        var far: [ClusterID]
    }

    /// The number of steps kept. Older bounds require a full scan.
    private static let mostSteps = 32
    private static let mostFar = 8
    /// The growth beyond which a cluster has moved far: a hundredth, Q15.
    private static let farthest: Int64 = 328

    /// The number of the current model, increasing with each model.
    private(set) var number: UInt32 = 0
    private var last: CompiledModel
    /// The steps to the most recent models, the newest last.
    private var steps: [Step] = []
    private var sum: Int64 = 0

    init(_ model: CompiledModel) {
        last = model
    }

    /// Adds the step to a model. Must be called once per model, even if an opening is interrupted.
    mutating func adopt(_ model: CompiledModel) {
        guard model !== last else { return }
        var growths: [(cluster: ClusterID, growth: Int64)] = []
        var far: [ClusterID] = []
        for cluster in model.model.clusters where cluster.isActive {
            guard let index = last.model.index(of: cluster.id), last.model.clusters[index].isActive else {
                far.append(cluster.id)
                continue
            }
            growths.append((cluster.id, Self.growth(from: last.model.clusters[index].centroid, to: cluster.centroid)))
        }
        growths.sort { $0.growth != $1.growth ? $0.growth > $1.growth : $0.cluster < $1.cluster }
        let leap = growths.prefix { $0.growth > Self.farthest }.prefix(max(Self.mostFar - far.count, 0))
        far += leap.map(\.cluster)
        if far.count > Self.mostFar {
            steps.removeAll()
        } else {
            steps.append(Step(before: sum, far: far))
            sum += growths.dropFirst(leap.count).first?.growth ?? 0
            if steps.count > Self.mostSteps { steps.removeFirst() }
        }
        number += 1
        last = model
    }

    /// Returns the maximum growth of a score since `stamp` per unit of the direction's length, Q15, or `nil` if `stamp`
    /// is too old.
    @inline(__always)
    func growth(since stamp: UInt32) -> Int64? {
        let count = Int(number &- stamp)
        guard count > 0 else { return 0 }
        return count <= steps.count ? sum - steps[steps.count - count].before : nil
    }

    /// Returns the steps since `stamp`. `growth` does not cover their far clusters, which may repeat.
    @inline(__always)
    func steps(since stamp: UInt32) -> ArraySlice<Step> { steps.suffix(Int(number &- stamp)) }

    /// Returns ‖max(C' − C, 0)‖, Q15, rounded up.
    static func growth(from old: [Component], to new: [Component]) -> Int64 {
        var (square, i): (UInt128, Int) = (0, 0)
        for component in new {
            while i < old.count, old[i].topic < component.topic { i += 1 }
            let before = i < old.count && old[i].topic == component.topic ? old[i].value : 0
            guard component.value > before else { continue }
            let growth = UInt128(component.value - before)
            square += growth * growth
        }
        return square == 0 ? 0 : Int64(Arithmetic.squareRoot(square - 1)) + 1
    }
}

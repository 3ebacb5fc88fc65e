import Foundation

/// What a load needs by the costs of events, members and epochs. Everything is computed. Sizes are in bytes, times in seconds.
///
/// docs/scale.md explains the formulas.
package struct LoadNeeds: Codable, Equatable, Sendable {
    package var instances: Int
    package var partitions: Int
    /// Whether the given instances are enough.
    package var isEnough: Bool
    /// Cores of an instance, steadily.
    package var cores: Double
    /// Of an instance, steadily, and with a backlog in all of its partitions.
    package var memory: Double
    package var memoryBehind: Double
    /// Bytes a second of all brokers, without replicas: input, and snapshots at most.
    package var input: Double
    package var state: Double
    package var stateSize: Double
    /// Changes of an epoch.
    package var output: Double
    /// An epoch delta at most, those of all partitions, those that wait for the last partition, and those of a week.
    package var delta: Double
    package var deltas: Double
    package var pending: Double
    package var deltasKept: Double
    /// CPU time of an instance at the end of an epoch.
    package var closing: Double
    /// CPU time of the coordinator in an epoch.
    package var reading: Double
    package var adding: Double
    package var deciding: Double
    package var coordinator: Double
    package var model: Double
    /// Models of a year, and of an epoch by all instances.
    package var modelsKept: Double
    package var modelTraffic: Double
    package var modelReading: Double
    /// A restart from Kafka, one from checkpoints, and the take-over of an instance's partitions by the others.
    package var restore: Double
    package var restoreDisk: Double
    package var takeover: Double
    /// The length of an epoch that leaves the coordinator half of its time.
    package var shortestEpoch: Double

    private static let week = 7.0 * 24 * 3_600
    private static let year = 365.0 * 24 * 3_600
    /// A topic's number and a sum, in memory.
    private static let sumEntry = 16.0
    /// The share of an instance's cores and memory that is planned for, so that a backlog can be worked off, and another
    /// instance's partitions be taken over.
    private static let planned = (cores: 0.5, memory: 0.75)
    /// The most members that are planned for a partition. The default of `members.max` is twice as many.
    private static let membersOfPartition = 5e6

    /// - Throws: `UsageError` if instances of this size are too small for any number of them.
    package init(_ load: ExpectedLoad, _ costs: CostFigures) throws {
        // Each event changes another member: the largest number of records that a snapshot can have.
        let eventCPU = costs.eventCpu + costs.snapshotCpu + costs.sealCpu
        (instances, partitions, isEnough) = Self.plan(load, costs, eventCPU: eventCPU)
        guard isEnough || load.instances != nil else {
            throw UsageError(
                description: "--expect memory=\(Int(load.memory)),cores=\(load.cores): no number of such instances is "
                    + "enough; an instance needs \(Int((costs.baseMemory + 2 * costs.queueMemory) / Self.planned.memory)) bytes "
                    + "without members")
        }
        let (count, each) = (Double(instances), Double(partitions))
        let own = ((each / count).rounded(.up))
        let pairs = load.clusters * load.topics
        cores = load.events / count * eventCPU
        memory = costs.baseMemory + load.members / count * costs.memberMemory
        memoryBehind = memory + own * costs.queueMemory
        input = load.events * costs.eventSize
        state = load.events * costs.stateSize
        stateSize = load.members * costs.stateSize
        output = load.members * costs.moves * costs.changeSize
        // In the worst case each cluster has a new sum for each topic in each partition.
        let samples = load.clusters * min(256, 512 / each) / (load.clusters > 256 ? 8 : 1)
        delta = pairs * costs.sumSize + samples * costs.sampleSize
        deltas = delta * each
        pending = pairs * each * Self.sumEntry
        deltasKept = deltas * Self.week / load.epoch
        closing = own * delta * costs.write
        reading = deltas * costs.read
        adding = pairs * each * costs.add
        deciding = Self.deciding(load.clusters, costs.decide)
        coordinator = reading + adding + deciding
        model = pairs * costs.modelSize
        modelsKept = model * Self.year / load.epoch
        modelTraffic = model * count
        modelReading = model * costs.modelRead
        restore = load.members / count / costs.restoreKafka
        restoreDisk = load.members / count / costs.restoreDisk
        takeover = load.members / each * (own / max(1, count - 1)).rounded(.up) / costs.restoreKafka
        shortestEpoch = 2 * coordinator
    }

    /// By the measured number of clusters that is nearest; more clusters cost as their pairs.
    private static func deciding(_ clusters: Double, _ decisions: [CostFigures.Decision]) -> Double {
        func distance(_ decision: CostFigures.Decision) -> Double { abs(log(decision.clusters / clusters)) }
        let order = decisions.map { (distance: distance($0), cost: $0) }
            .sorted { ($0.distance, -$0.cost.clusters) < ($1.distance, -$1.cost.clusters) }
        guard let nearest = order.first?.cost else { return 0 }
        return nearest.seconds * pow(max(1, clusters / nearest.clusters), 2)
    }

    /// The numbers of instances and partitions, those that are given or the least that are enough. At least two instances, so
    /// that one can take over.
    private static func plan(_ load: ExpectedLoad, _ costs: CostFigures, eventCPU: Double) -> (Int, Int, Bool) {
        let cores = load.events * eventCPU / planned.cores
        func partitions(_ instances: Int) -> Int {
            if let given = load.partitions { return given }
            // A partition is handled by one core.
            let least = max(cores, load.members / membersOfPartition, Double(2 * instances)).rounded(.up)
            return (Int(least) + instances - 1) / instances * instances
        }
        func suffices(_ instances: Int) -> Bool {
            let own = (Double(partitions(instances)) / Double(instances)).rounded(.up)
            let members = load.members / Double(instances) * costs.memberMemory
            let memory = costs.baseMemory + members + own * costs.queueMemory
            return cores <= Double(instances) * load.cores && memory <= load.memory * planned.memory
        }
        var instances = load.instances ?? 2
        while load.instances == nil, !suffices(instances), instances < 100_000 { instances += max(instances / 64, 1) }
        return (instances, partitions(instances), suffices(instances))
    }
}

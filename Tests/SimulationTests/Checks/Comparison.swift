import ShoalSchemas

@testable import ShoalClustering
@testable import ShoalPipeline

/// Compares the results of a run with the reference run.
struct Comparison {
    private let world: Simulation

    init(_ world: Simulation) {
        self.world = world
    }

    /// Checks that everything is equal: models, changes in order per key, and the state of every shard.
    func compare() throws(Finding) {
        let (published, records) = try collect()
        let reference = try undisturbed(records)
        if let difference = published.difference(from: reference.published, isComplete: true) {
            throw Finding(difference)
        }
        for process in world.instances.compactMap(\.self) {
            for shard in process.work?.shards ?? [] {
                let (ours, theirs) = (shard.machine, reference.shards[Int(shard.machine.partition)])
                if let difference = ShardState(ours).difference(from: ShardState(theirs)) {
                    throw Finding("partition \(ours.partition): \(difference)")
                }
            }
        }
    }

    /// Checks a run in which a process refused to continue: everything published before is correct, and nothing was
    /// published twice.
    func compareWhatThereIs() throws(Finding) {
        let (published, records) = try collect()
        let reference = try undisturbed(records)
        if let difference = published.difference(from: reference.published, isComplete: false) {
            throw Finding("after \(world.refusal ?? ""): \(difference)")
        }
    }

    private func undisturbed(_ records: [ModelRecord]) throws(Finding) -> Undisturbed {
        let genesis = records.filter { $0.bookkeeping.through == nil }
        guard genesis.count <= 1 else { throw Finding("two genesis models") }
        let models = records.filter { $0.bookkeeping.through != nil }.map(\.bookkeeping)
        var reference = Undisturbed(
            world, firstOffsets: genesis.first?.firstOffsets ?? world.feed.map { _ in 0 })
        do {
            try reference.run(obeying: world.scenario.isGrowing ? models : nil)
        } catch let finding as Finding {
            throw finding
        } catch {
            throw Finding("the undisturbed run: \(error)")
        }
        return reference
    }

    /// Returns the committed records of the output topics, and the model records.
    private func collect() throws(Finding) -> (Published, [ModelRecord]) {
        var published = Published()
        for topic in [SimulatedKafka.Topic.changes, .members, .clusters, .deadLetters] {
            for (_, record) in world.kafka[topic].committed {
                if case .bytes(let value) = record.value {
                    published.add(topic, record.key, value)
                } else {
                    published.add(topic, record.key, nil)
                }
            }
        }
        var table = ModelTable(world.seals.models)
        var records: [ModelRecord] = []
        for (offset, record) in world.kafka[.models].committed {
            guard case .bytes(let value) = record.value else { continue }
            do {
                if let model = try table.take(value.span, offset: offset) { records.append(model) }
            } catch {
                throw Finding("models: \(error)")
            }
        }
        var last: Epoch?
        for record in records {
            guard let through = record.bookkeeping.through else { continue }
            guard record.bookkeeping.from == last.map({ $0 + 1 }) else {
                throw Finding("model \(record.bookkeeping.from ?? 0)…\(through) follows \(last ?? 0)")
            }
            let content = ModelContent.encode(record.model)
            for version in (record.bookkeeping.from ?? through)...through { published.models[version] = content }
            last = through
        }
        return (published, records)
    }
}

/// The complete state of a shard, as far as its future output depends on it.
struct ShardState {
    private var parts: [(name: String, text: String)] = []

    init(_ machine: ShardMachine) {
        let shard = machine.driver.shard
        parts.append(("phase", "\(shard.phase)"))
        parts.append(("epoch deltas", "\(shard.deltaCount)"))
        parts.append(("clock", "\(shard.clock.entries)"))
        parts.append(("ids", "\(shard.ids.ids)"))
        var delta = shard.delta
        parts.append(("open delta", "\(delta.take())"))
        var candidates = shard.candidates
        parts.append(("candidates", "\(candidates.take())"))
        parts.append(("viewers of categories", "\(shard.openCategories.viewers)"))
        let members = shard.members
        let used = members.slots.indices.filter { members.slots[$0].isUsed }
        for slot in used.sorted(by: { members.slots[$0].pseudonym < members.slots[$1].pseudonym }) {
            let member = members.slots[slot]
            let topics = members.range(slot).map { members.topics[$0] }.sorted { $0.number < $1.number }
                .map { "\($0.number):\($0.weight):\($0.direction)" }
            parts.append(
                (
                    "member \(Hex.text(member.pseudonym))",
                    "\(members.orders[slot]) \(member.landmark) \(member.lastEpoch) \(member.events) \(member.cluster) \(member.previous) \(members.days[slot].rawValue) \(topics)"
                ))
        }
    }

    func difference(from other: ShardState) -> String? {
        for (ours, theirs) in zip(parts, other.parts) where ours != theirs {
            return "\(ours.name) is \(ours.text), in the undisturbed run \(theirs.name) is \(theirs.text)"
        }
        return parts.count == other.parts.count ? nil : "\(parts.count) and \(other.parts.count) parts"
    }
}

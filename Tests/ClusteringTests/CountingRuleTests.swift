import Testing

@testable import ShoalClustering

@Suite("Members count towards the minimum size from some age on")
struct CountingRuleTests {
    private static let day: Int64 = 86_400_000
    private static let hour: Int64 = 3_600_000

    private func model(first: Epoch?, age: Int64, length: Int64 = hour, watches: UInt32 = 0) -> Model {
        var settings = Settings()
        settings.fixed.epochLength = length
        (settings.memberAge, settings.memberWatches) = (age, watches)
        var model = Model.genesis(settings: settings, topics: [])
        model.firstEpoch = first
        return model
    }

    private func counts(_ model: Model, _ epoch: Epoch, since first: UInt32, days: Int = 3, events: UInt32 = 9) -> Bool
    {
        var watched = WatchDays()
        for day in 0..<UInt32(days) { watched.add(first + day) }
        var slot = MemberTable.Slot()
        slot.events = events
        return CountingRule(model, epoch: epoch).counts(slot, watched)
    }

    @Test("if they watched on three days, and so many whole days have passed since the first")
    func age() {
        let old = model(first: 0, age: 7 * Self.day)
        let now: Epoch = 24 * 40 + 3
        #expect(counts(old, now, since: 32))
        #expect(!counts(old, now, since: 33), "the first watch may be six days and an hour old")
        #expect(!counts(old, now, since: 32, days: 2))
        #expect(counts(old, now, since: 32, days: 9))
        let longer = model(first: 0, age: 7 * Self.day + 1)
        #expect(!counts(longer, now, since: 32) && counts(longer, now, since: 31), "part of a day is a day")
        let watching = model(first: 0, age: 7 * Self.day, watches: 10)
        #expect(!counts(watching, now, since: 32) && counts(watching, now, since: 32, events: 10))
        #expect(!counts(model(first: 0, age: 0), now, since: 1), "not needed if every member counts")
    }

    @Test("half of the application's age is enough until it is twice as old")
    func young() {
        let young = model(first: 24 * 10, age: 7 * Self.day)
        #expect(!CountingRule.applies(young, version: 24 * 17 + 23))
        #expect(CountingRule.applies(young, version: 24 * 18))
        #expect(counts(young, 24 * 18, since: 13) && !counts(young, 24 * 18, since: 14))
        #expect(counts(young, 24 * 23, since: 16) && !counts(young, 24 * 23, since: 17))
        #expect(counts(young, 24 * 24, since: 16) && !counts(young, 24 * 24, since: 17))
        #expect(counts(young, 24 * 40, since: 32) && !counts(young, 24 * 40, since: 33))
        #expect(!CountingRule.applies(model(first: nil, age: 7 * Self.day), version: 24 * 40))
        #expect(!CountingRule.applies(model(first: 0, age: 0), version: 24 * 40))
    }

    @Test("a day begins with the first epoch that begins in it")
    func days() {
        let rule = CountingRule(model(first: nil, age: 0), epoch: 47)
        #expect(rule.today == 1 && rule.firstEpoch == 24)
        let odd = CountingRule(model(first: nil, age: 0, length: 7 * Self.hour), epoch: 5)
        #expect(odd.today == 1 && odd.firstEpoch == 4)
        let long = CountingRule(model(first: nil, age: 0, length: 36 * Self.hour), epoch: 3)
        #expect(long.today == 4 && long.firstEpoch == 3)
    }

    private func stream(
        seed: UInt64, partitions: Int = 2, age: Int64 = 2 * day, watches: UInt32 = 0, order: [Int]? = nil,
        step: Int? = nil
    ) throws -> Stream {
        var events = ToyEvents(seed: seed)
        (events.length, events.epochs, events.eventsPerEpoch, events.viewers) = (8 * Self.hour, 30, 250, 250)
        var settings = events.settings
        (settings.memberAge, settings.memberWatches) = (age, watches)
        settings.newMemberTTL = 3 * Self.day
        var stream = Stream(
            events.records(partitions: partitions, tombstones: 0.002), settings: settings, topics: events.names,
            order: order)
        if let step { stream.openingStep = step }
        try stream.run()
        return stream
    }

    private func published(_ model: Model) -> Int { model.clusters.count { $0.isPublished } }

    @Test("the sums count the members that count", arguments: [51, 52, 53] as [UInt64], [0, 35] as [UInt32])
    func sums(seed: UInt64, watches: UInt32) throws {
        var stream = try stream(seed: seed, watches: watches)
        let kept = stream.kept()
        #expect(stream.recomputed() == kept)
        let (all, counting) = kept.values.reduce((0, 0)) { sum, cluster in
            cluster.published.reduce(sum) { ($0.0 + $1.count, $0.1 + $1.counting) }
        }
        #expect(all > 200 && counting > 20 && counting < all, "\(counting) of \(all)")
        #expect(published(stream.coordinator.model) > 0 || watches > 0)
    }

    @Test("neither the order of partitions nor the steps of an opening matter", arguments: [54, 55] as [UInt64])
    func order(seed: UInt64) throws {
        let (plain, other) = (try stream(seed: seed), try stream(seed: seed, order: [1, 0], step: 7))
        #expect(plain.coordinator.model == other.coordinator.model)
        #expect(plain.memberChanges.count > 100)
    }

    @Test("clusters whose members are too young are suppressed from the day on that it applies")
    func suppressed() throws {
        let (young, all) = (try stream(seed: 56, age: 4 * Self.day, watches: 1_000), try stream(seed: 56, age: 0))
        #expect(young.models.contains { published($0.model.model) > 0 })
        #expect(published(young.coordinator.model) == 0 && published(all.coordinator.model) > 0)
        #expect(
            young.coordinator.model.clusters.map(\.sums.sums) == all.coordinator.model.clusters.map(\.sums.sums),
            "they are clustered as before")
    }
}

/// The first day on which a member watched, and on how many days it did, up to 3. Days are those of event time, counted from 1970.
struct WatchDays: Equatable, Sendable {
    /// The first day · 4, and the number of days. 0: none that is known.
    var rawValue: UInt32 = 0

    /// The number of days that a member needs in order to count.
    static let needed: UInt32 = 3

    var first: UInt32 { rawValue >> 2 }
    var count: UInt32 { rawValue & 3 }

    /// Counts a day after those that are counted.
    mutating func add(_ day: UInt32) {
        if count == 0 { rawValue = day << 2 | 1 } else if count < Self.needed { rawValue += 1 }
    }
}

/// Which members count towards `privacy.min-cluster-size` in an epoch: those that a writer of events cannot make at once.
///
/// A member's age is that of the epoch in which it was first handled, and not that of its events: an event may have any earlier
/// time, but an epoch is not opened before its time by the wall clock of the coordinator.
struct CountingRule: Equatable, Sendable {
    /// The day of the epoch; nil: days are not counted.
    private(set) var today: UInt32?
    /// The first epoch of that day.
    private(set) var firstEpoch = Epoch.min
    /// Members count that began on this day or before; −1: none does.
    private var latest: Int64 = -1
    private var watches: UInt32 = 0

    static let day: Int64 = 86_400_000

    /// No member counts, and no day does.
    init() {}

    /// - Parameters:
    ///   - model: The model of the epoch.
    ///   - epoch: nil: genesis.
    init(_ model: Model, epoch: Epoch?) {
        guard let epoch else { return }
        let length = model.settings.fixed.epochLength
        let now = Self.day(of: epoch, length)
        (today, watches) = (UInt32(clamping: now), model.settings.memberWatches)
        firstEpoch = -Arithmetic.epoch(of: -now * Self.day, length: length)
        guard let age = Self.days(model.settings), let first = model.firstEpoch else { return }
        let applicationAge = max(now - Self.day(of: first, length), 0)
        // The first day is over, and so many whole days have passed since.
        latest = now - 1 - min(age, applicationAge / 2)
    }

    private static func day(of epoch: Epoch, _ length: Int64) -> Int64 {
        max(Arithmetic.epoch(of: epoch * length, length: day), 0)
    }

    /// `privacy.member-age` in days; nil: every member counts.
    private static func days(_ settings: Settings) -> Int64? {
        settings.memberAge == 0 ? nil : settings.countingAge / day
    }

    /// Whether only members that count make a cluster large enough: the application is as old as they must be.
    static func applies(_ model: Model, version: Epoch) -> Bool {
        guard !model.publishesEveryMove, let age = days(model.settings),
            let first = model.firstEpoch
        else { return false }
        let length = model.settings.fixed.epochLength
        return day(of: version, length) - day(of: first, length) > age
    }

    /// Whether an event may change if its member counts: the first one on a day, or the last one that it needs.
    @inline(__always)
    func reviews(_ slot: MemberTable.Slot) -> Bool {
        slot.events &+ 1 == watches || isFirstToday(slot)
    }

    /// Whether the member watches for the first time on this day.
    @inline(__always)
    func isFirstToday(_ slot: MemberTable.Slot) -> Bool {
        slot.lastEpoch < firstEpoch || slot.events == 0
    }

    @inline(__always)
    func counts(_ slot: MemberTable.Slot, _ days: WatchDays) -> Bool {
        days.count == WatchDays.needed && Int64(days.first) <= latest && slot.events >= watches
    }
}

extension Settings {
    /// The event time since the first watch of a member that counts towards `privacy.min-cluster-size`, ms: whole days.
    public var countingAge: Int64 { (memberAge + CountingRule.day - 1) / CountingRule.day * CountingRule.day }

    /// The number of events of a member that counts, in an application that is old enough.
    public var countingEvents: UInt32 { memberAge == 0 ? minEvents : max(minEvents, memberWatches, WatchDays.needed) }
}

extension Shard {
    /// Whether the member counts towards `privacy.min-cluster-size` in the open epoch.
    @inline(__always)
    func counts(_ slot: Int) -> Bool { counting.counts(members.slots[slot], members.days[slot]) }

    /// Counts the members by the rule of the epoch that is opened, which differs from that before on another day, or under other
    /// settings.
    mutating func recount(by rule: CountingRule, at point: SnapshotPoint) {
        let before = counting
        guard before != rule else { return }
        counting = rule
        for slot in members.slots.indices {
            let member = members.slots[slot]
            guard member.isUsed, member.cluster != MemberTable.uncounted else { continue }
            let days = members.days[slot]
            let (counted, counts) = (before.counts(member, days), rule.counts(member, days))
            guard counted != counts, !isAhead(slot, ofOpening: point) else { continue }
            delta.recount(published: members.published[slot], of: member.cluster, counts ? 1 : -1)
        }
    }
}

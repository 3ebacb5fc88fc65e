extension Shard {
    /// The maximum number of events for which memory is prefetched.
    @inline(__always)
    public static var prefetchDistance: Int { 24 }

    /// Prefetches the memory that upcoming events will need. Optional: it does not change state. With many members,
    /// prefetching saves a third of the time of an event.
    /// - Parameters:
    ///   - far: The event at the full prefetch distance; `nil` if unknown.
    ///   - near: The event at two thirds of the distance.
    ///   - next: The event at a third of the distance.
    public mutating func prefetch(_ far: UpcomingEvent?, _ near: UpcomingEvent?, _ next: UpcomingEvent?) {
        if let far {
            members.fetchPlace(far.member)
            if far.id != 0 { ids.fetch(far.id, in: Self.prefetchDistance) }
        }
        if let near { members.fetchSlot(near.member) }
        guard let next, let slot = members.find(next.member) else { return }
        members.fetchTopics(at: slot)
        if counting.isFirstToday(members.slots[slot]) { members.fetchDays(at: slot) }
    }

    /// Handles an event in the open epoch, or in genesis.
    /// - Parameter isPart: whether its record has more events, after which `limit` is to be called.
    public mutating func handle(
        _ event: borrowing EngineEvent, offset: Int64, isPart: Bool = false, changes: inout [MemberChange]
    ) {
        if let id = event.id, !ids.accept(id) {
            counters.duplicates += 1
            return
        }
        let rules = current.rules
        let known = members.find(event.member)
        memberLimit.reach(offset)
        if known == nil, memberLimit.isFull {
            counters.refused += 1
            // As of a member that a replay passes over: which viewers were refused is not known there.
            return countTopics(of: event)
        }
        counters.events += 1
        let time = counted(event.time)
        if let known, isAhead(known, of: offset) { return countTopics(of: event) }
        let slot = known ?? insert(event.member, order: event.order)
        if known == nil, !isPart { limit(from: offset + 1) }
        touch(slot)
        let left = members.slots[slot].cluster
        let wasEligible = left != MemberTable.uncounted
        if wasEligible { before.remember(members, members.range(slot)) }
        // Known only if the event may change it, which few do.
        let counted = counting.reviews(members.slots[slot]) ? counts(slot) : nil
        update(slot, event, time: time, rules)
        let isEligible = members.slots[slot].events >= rules.minEvents && hasDirection(slot)
        if isEligible, wasEligible, stays(slot, in: left) {
            counters.skipped += 1
            if isAudited { audit(slot, left) }
            delta.replace(before, members, slot, in: left)
            if let counted { recount(slot, counted) }
        } else {
            if wasEligible { delta.remove(before, from: left) }
            counters.eligible += (isEligible ? 1 : 0) - (wasEligible ? 1 : 0)
            let cluster = isEligible ? assign(slot, from: wasEligible ? left : 0) : MemberTable.uncounted
            members.update(slot) { $0.cluster = cluster }
            if isEligible { delta.add(members, slot, to: cluster, sign: 1) }
            if cluster != left {
                countPublished(slot, from: left, members.published[slot], counted, to: cluster)
            } else if isEligible, let counted {
                recount(slot, counted)
            }
        }
        if rules.publishesAtOnce {
            let home = current.model.home(of: members.slots[slot].cluster, published: members.published[slot])
            publish(slot, to: home, .event, offset: offset, moment, &changes)
        }
    }

    /// Counts a member by the cluster in which it is published, after it moved from one cluster to another, or was
    /// published in another one.
    /// - Parameters:
    ///   - left: The previous cluster, and that in which it was published.
    ///   - counted: Whether it counted towards `privacy.min-cluster-size` there; nil: as it does now.
    ///   - cluster: The new cluster. Members that are not eligible are not counted.
    mutating func countPublished(
        _ slot: Int, from left: ClusterID, _ published: ClusterID, _ counted: Bool? = nil, to cluster: ClusterID
    ) {
        let counts = counts(slot)
        if left != MemberTable.uncounted {
            delta.count(published: published, of: left, counts: counted ?? counts, sign: -1)
        }
        if cluster != MemberTable.uncounted {
            delta.count(published: members.published[slot], of: cluster, counts: counts, sign: 1)
        }
    }

    /// Counts a member towards `privacy.min-cluster-size`, or no longer, after an event that left it in its cluster.
    /// - Parameter counted: Whether it counted before.
    private mutating func recount(_ slot: Int, _ counted: Bool) {
        let counts = counts(slot)
        guard counts != counted else { return }
        delta.recount(published: members.published[slot], of: members.slots[slot].cluster, counts ? 1 : -1)
    }

    /// Repeats a skipped scan, and counts different decisions.
    private mutating func audit(_ slot: Int, _ cluster: ClusterID) {
        current.score(members, members.range(slot), into: &scores)
        let column = decide(from: cluster, previous: members.slots[slot].previous)
        if (column < 0 ? 0 : current.columns[column]) != cluster { wrongSkips += 1 }
    }

    /// Erases a viewer: profile, membership and contribution to the sums. Subscribers learn it if the member was published,
    /// at once or when the next epoch is opened.
    /// - Returns: Whether the viewer was known.
    public mutating func erase(_ member: Pseudonym, offset: Int64, changes: inout [MemberChange]) -> Bool {
        openCategories.forget(member)
        guard let slot = members.find(member) else {
            counters.unknownErased += 1
            return false
        }
        if isAhead(slot, of: offset) { return true }
        counters.erased += 1
        let (cluster, published) = (members.slots[slot].cluster, members.published[slot])
        if cluster != MemberTable.uncounted {
            delta.add(members, slot, to: cluster, sign: -1)
            delta.count(published: published, of: cluster, counts: counts(slot), sign: -1)
            counters.eligible -= 1
        }
        goes(member, from: published, offset: offset, moment, &changes)
        remove(slot)
        limit(from: offset + 1)
        return true
    }

    /// Holds the number of members against `members.max`.
    /// - Parameter offset: of the first record that is handled with the outcome.
    mutating func limit(from offset: Int64) {
        memberLimit.update(members.count, most: current.rules.membersMax, from: offset, isTracked: tracker.isOn)
    }

    /// Counts the topics of an event that changes no profile.
    private mutating func countTopics(of event: borrowing EngineEvent) {
        for topic in event.topics { _ = number(event, topic.name) }
    }

    /// The moment of changes that are published at once. Its time is the end of the open epoch, so that it does not tell when
    /// the member watched.
    private var moment: Moment {
        guard let openEpoch else { return Moment() }
        return Moment(time: (openEpoch + 1) * fixed.epochLength, period: fixed.period(of: openEpoch))
    }

    /// Returns the event's time, limited to the end of the open epoch.
    private mutating func counted(_ time: Int64) -> Int64 {
        guard let openEpoch else { return time }
        let length = current.rules.epochLength
        let (start, end) = (openEpoch * length, (openEpoch + 1) * length)
        if time < start { counters.late += 1 }
        if time >= end { counters.early += 1 }
        return min(time, end - 1)
    }

    /// Updates profile and direction by the event.
    private mutating func update(_ slot: Int, _ event: borrowing EngineEvent, time: Int64, _ rules: CompiledModel.Rules)
    {
        let isNew = members.slots[slot].events == 0
        if let today = counting.today, counting.isFirstToday(members.slots[slot]) { members.days[slot].add(today) }
        members.update(slot) { slot in
            if isNew { slot.landmark = time }
            slot.events = slot.events == .max ? .max : slot.events + 1
            slot.lastEpoch = openEpoch ?? .min
        }
        members.advance(slot, to: time, halfLife: rules.halfLife)
        let engagement = Arithmetic.engagement(
            watched: event.watched, duration: event.duration, minimum: rules.engagementMin)
        var landmark = members.slots[slot].landmark
        var growth = Arithmetic.Growth(time: time, landmark: landmark, halfLife: rules.halfLife)
        for topic in event.topics {
            guard let number = number(event, topic.name) else { continue }
            let weight = growth.weight(engagement: engagement, weight: topic.weight)
            members.add(weight, to: number, of: slot, most: rules.profileTopics, halfLife: rules.halfLife)
            guard members.slots[slot].landmark != landmark else { continue }
            // The weight was too large for the previous landmark.
            landmark = members.slots[slot].landmark
            growth = Arithmetic.Growth(time: time, landmark: landmark, halfLife: rules.halfLife)
        }
        aim(slot)
    }

    /// Returns the topic's number, or `nil` if it is sensitive or only a candidate.
    private mutating func number(_ event: borrowing EngineEvent, _ range: Range<Int>) -> TopicNumber? {
        if let number = current.names.number(event.text, range) { return number }
        let name = event.text[range]
        switch sensitivity(of: name) {
        case .none: break
        case .dropped:
            openSensitiveTopics += 1
            return nil
        case .neutralized(let category):
            openSensitiveTopics += 1
            openCategories.add(category, of: event.member)
            return nil
        }
        counters.candidates += 1
        let candidate: UInt128
        if let known = candidateCache[Array(name)] {
            candidate = known
        } else {
            candidate = keys.candidate(name)
            if candidateCache.count >= 65_536 { candidateCache.removeAll(keepingCapacity: true) }
            candidateCache[Array(name)] = candidate
        }
        if let number = unnamed[candidate] {
            candidates.name(candidate, name)
            return number
        }
        let member = event.member
        candidates.see(
            candidate, of: member, epoch: openEpoch, mark: { keys.mark(name, member) },
            most: current.rules.topicsMinViewers)
        return nil
    }

    /// Returns how a topic outside the vocabulary is sensitive. A name that has been asked for costs no skeleton.
    private mutating func sensitivity(of name: ArraySlice<UInt8>) -> SensitiveTopics.Sensitivity {
        if current.sensitive.isEmpty { return .none }
        let key = Array(name)
        if let known = sensitivityCache[key] { return known }
        let sensitivity = current.sensitive.sensitivity(of: name)
        if sensitivityCache.count >= 65_536 { sensitivityCache.removeAll(keepingCapacity: true) }
        sensitivityCache[key] = sensitivity
        return sensitivity
    }

    /// Publishes a member in another cluster.
    /// - Parameters:
    ///   - cluster: The cluster in which it is published from now on; 0 for none.
    ///   - model: The version of the deciding model; nil: that of the open epoch.
    mutating func publish(
        _ slot: Int, to cluster: ClusterID, _ reason: Reason, model: Epoch? = nil, offset: Int64, _ moment: Moment,
        _ changes: inout [MemberChange]
    ) {
        let published = members.published[slot]
        guard published != cluster else { return }
        let member = members.slots[slot].pseudonym
        if published == 0 { publishErasure(of: member, offset: offset, moment, &changes) }
        append(member, from: published, to: cluster, reason, model: model, offset: offset, moment, &changes)
        members.published[slot] = cluster
        countPublished(slot, from: members.slots[slot].cluster, published, to: members.slots[slot].cluster)
    }

    /// Appends a change of a member.
    /// - Parameter model: The version of the deciding model; nil: that of the open epoch.
    func append(
        _ member: Pseudonym, from: ClusterID, to: ClusterID, _ reason: Reason, model: Epoch? = nil, offset: Int64,
        _ moment: Moment, _ changes: inout [MemberChange]
    ) {
        changes.append(
            MemberChange(
                member: member, from: from, to: to, reason: reason, model: model ?? version, offset: offset,
                time: moment.time, epoch: openEpoch, period: moment.period))
    }
}

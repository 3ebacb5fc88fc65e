/// Removes topics with too few viewers from the vocabulary and reuses their numbers.
extension Model {
    /// The amount that a member adds to a topic's sum if the topic has 1/256 of the member's profile: √(1/256) · 2¹⁵.
    static let smallestShare: Int64 = 2_048

    /// Removes topics that fewer than `topics.min-viewers` viewers still have in their profiles.
    ///
    /// A topic's weight is the sum of all members' directions in it, over all clusters and the unassigned members. It
    /// is low if it is below the weight of `topics.min-viewers` members that each give the topic 1/256 of their
    /// profiles, which is about one watch among 128 within the half-life.
    ///
    /// A topic is removed after its weight has been low in every model for as many models as there are epochs in the
    /// half-life, and at least for `2 · epoch.staleness + 3` models, the time until the members of a new topic appear.
    /// A profile decays only with events of its viewer, so a topic that many viewers have watched stays longer than one
    /// with few viewers. Models without epoch deltas do not count, so a pause of the whole input removes no topics.
    /// Topics of `topics.file` are never removed.
    ///
    /// At most a quarter of `topics.max` numbers wait for partitions, so that a silent partition cannot exhaust the
    /// vocabulary.
    /// - Parameter known: See `knownEverywhere`.
    mutating func removeTopics(version: Epoch, known: Epoch?) {
        guard vocabulary.entries.contains(where: { $0.candidate != nil && !$0.isRemoved }) else { return }
        var weights = [Int64](repeating: 0, count: vocabulary.entries.count)
        for sums in [unassigned] + clusters.map(\.sums) {
            for entry in sums.sums where Int(entry.topic) < weights.count { weights[Int(entry.topic)] += entry.value }
        }
        let least = Int64(settings.topicsMinViewers) * Self.smallestShare
        let length = settings.fixed.epochLength
        let span = max((settings.halfLife + length - 1) / length, 2 * settings.fixed.staleness + 3)
        var waiting = vocabulary.entries.count { entry in
            entry.removed.map { $0 > known ?? .min } ?? false
        }
        for index in vocabulary.entries.indices {
            guard vocabulary.entries[index].candidate != nil, !vocabulary.entries[index].isRemoved else { continue }
            // A companion counts in no direction.
            guard weights[index] < least, !vocabulary.entries[index].isCompanion else {
                vocabulary.entries[index].lowSince = 0
                continue
            }
            if vocabulary.entries[index].lowSince == 0 { vocabulary.entries[index].lowSince = ticks }
            guard ticks - vocabulary.entries[index].lowSince >= span, waiting < settings.topicsMax / 4 else { continue }
            vocabulary.entries[index].remove(version)
            waiting += 1
        }
    }

    /// Returns the numbers of removed topics that can be reused: every shard has dropped them, and all sums are zero.
    /// - Parameter version: See `knownEverywhere`.
    func freeNumbers(through version: Epoch?) -> [Int] {
        guard let version else { return [] }
        var free = vocabulary.entries.indices.filter { index in
            vocabulary.entries[index].isRemoved && vocabulary.entries[index].removed.map { $0 <= version } ?? true
        }
        guard !free.isEmpty else { return [] }
        var used = Set<TopicNumber>()
        for sums in [unassigned] + clusters.map(\.sums) {
            for entry in sums.sums { used.insert(entry.topic) }
        }
        free.removeAll { used.contains(TopicNumber($0)) }
        return free
    }

    /// Removes reused topic numbers from the centroids and announcements of all clusters.
    mutating func forget(_ numbers: Set<TopicNumber>) {
        guard !numbers.isEmpty else { return }
        for index in clusters.indices {
            clusters[index].centroid.removeAll { numbers.contains($0.topic) }
            clusters[index].announced.removeAll { numbers.contains($0) }
            clusters[index].announcedCentroid.removeAll { numbers.contains($0.topic) }
        }
        for index in categories.indices { categories[index].shares.removeAll { numbers.contains($0.topic) } }
    }
}

extension Model {
    /// The maximum number of candidates in a model, and the number of ticks after which an unseen one is dropped.
    static let mostCandidates = 65_536
    static let candidateTicks: Int64 = 64

    /// Takes names and candidates of the epoch deltas in, and admits those that enough viewers have watched.
    /// - Parameters:
    ///   - version: of this model.
    ///   - known: see `knownEverywhere`.
    mutating func admitTopics(from epochDeltas: [EpochDelta], version: Epoch, known: Epoch?) {
        takeNames(epochDeltas, version)
        let sightings = lowestSightings(epochDeltas)
        guard !sightings.isEmpty || !candidates.entries.isEmpty else { return }
        var entries: [UInt128: CandidateTable.Entry] = [:]
        for entry in candidates.entries where ticks - entry.named <= Self.candidateTicks {
            entries[entry.candidate] = entry
        }
        let admitted = Set(vocabulary.entries.compactMap { $0.isRemoved ? nil : $0.candidate })
        for (candidate, marks) in sightings where !admitted.contains(candidate) {
            let known = entries[candidate]?.marks ?? []
            entries[candidate] = CandidateTable.Entry(
                candidate: candidate,
                marks: Array(Set(known).union(marks).sorted().prefix(settings.topicsMinViewers)), named: ticks)
        }
        let wanted = entries.filter { $0.value.marks.count >= settings.topicsMinViewers }.keys.sorted()
        var free = wanted.isEmpty ? [] : freeNumbers(through: known).filter { $0 < settings.topicsMax }[...]
        var used = Set<TopicNumber>()
        for candidate in wanted {
            var entry = Vocabulary.Entry(name: nil, candidate: candidate)
            entry.lowSince = ticks
            if let number = free.popFirst() {
                vocabulary.entries[number] = entry
                used.insert(TopicNumber(number))
            } else if vocabulary.entries.count < settings.topicsMax {
                vocabulary.entries.append(entry)
            } else {
                candidates.refused += 1
                continue
            }
            entries[candidate] = nil
        }
        forget(used)
        var kept = Array(entries.values)
        if kept.count > Self.mostCandidates {
            kept.sort { $0.named != $1.named ? $0.named > $1.named : $0.candidate < $1.candidate }
            kept.removeLast(kept.count - Self.mostCandidates)
        }
        candidates.entries = kept.sorted { $0.candidate < $1.candidate }
    }

    private mutating func takeNames(_ epochDeltas: [EpochDelta], _ version: Epoch) {
        let namings = epochDeltas.flatMap(\.namings)
        guard !namings.isEmpty else { return }
        var names: [UInt128: [UInt8]] = [:]
        for naming in namings { names[naming.candidate] = naming.name }
        let sensitive = SensitiveTopics(settings)
        for index in vocabulary.entries.indices where vocabulary.entries[index].name == nil {
            guard let candidate = vocabulary.entries[index].candidate, let name = names[candidate] else { continue }
            vocabulary.entries[index].name = name
            guard !vocabulary.entries[index].isRemoved else { continue }
            if sensitive.contains(name[...]) { vocabulary.entries[index].remove(version) }
        }
    }

    /// Returns the 4,096 candidates with the lowest rank over all deltas, with all their marks.
    private func lowestSightings(_ epochDeltas: [EpochDelta]) -> [(UInt128, Set<UInt32>)] {
        var found: [UInt128: (rank: UInt64, marks: Set<UInt32>)] = [:]
        for epochDelta in epochDeltas {
            for sighting in epochDelta.candidates {
                let rank = OpenCandidates.rank(epochDelta.from, sighting.candidate)
                let known = found[sighting.candidate]
                found[sighting.candidate] = (
                    min(rank, known?.rank ?? .max), (known?.marks ?? []).union(sighting.marks)
                )
            }
        }
        let ranked = found.sorted { ($0.value.rank, $0.key) < ($1.value.rank, $1.key) }
        return ranked.prefix(OpenCandidates.most).map { ($0.key, $0.value.marks) }
    }
}

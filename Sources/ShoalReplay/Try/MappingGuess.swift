internal import ShoalSchemas

/// Guesses which fields of JSON of another form are those of watch events: by their names, and by whether the values
/// are plausible.
struct MappingGuess {
    private(set) var mapping = EventMapping()
    private var sample: EventSample

    init(_ sample: EventSample) {
        self.sample = sample
        mapping.batch = batch()
        let mayBeUnique = mapping.batch != nil || sample.records.count < 20
        choose(.time) { $0.timeUnit }
        if let time = mapping[.time] { self.sample = sample.records(with: time.path) }
        choose(.viewer) { $0.isText && (mayBeUnique || $0.distinct.count < $0.count) ? .milliseconds : nil }
        // In the first records of a large service, each viewer may be another one.
        if mapping[.viewer] == nil { choose(.viewer) { $0.isText ? .milliseconds : nil } }
        choose(.topics) { $0.topicsUnit }
        choose(.watched) { $0.lengthUnit(mayBeShare: true) }
        choose(.duration) { $0.lengthUnit(mayBeShare: false) }
        choose(.video) { $0.isText ? .milliseconds : nil }
        choose(.id) { $0.isText && $0.distinct.count * 100 >= $0.count * 99 ? .milliseconds : nil }
        useOneLength()
        if mapping[.topics] == nil, let video = mapping[.video] { mapping[.topics] = video }
        if mapping[.topics]?.path == mapping[.video]?.path { mapping[.video] = nil }
        if let topics = mapping[.topics], mapping.batch == nil {
            mapping.condition = sample.condition(for: topics.path)
        }
    }

    /// Chooses the path for a field that no other field has.
    /// - Parameter unit: returns the unit of the values, if they can be the field's.
    private mutating func choose(_ field: EventMapping.Field, _ unit: (FieldProfile) -> FieldUnit?) {
        let taken = Set(mapping.sources.values.map(\.path))
        let candidates = sample.profiles.compactMap { profile -> (score: Double, source: EventMapping.Source)? in
            let name = FieldNames.score(profile.path, field)
            guard name > 0, !taken.contains(profile.path), isOnTheWay(profile, field), let unit = unit(profile) else {
                return nil
            }
            let depth = Double(profile.path.components.count)
            return (Double(name) + 40 * sample.coverage(profile) - depth, EventMapping.Source(profile.path, unit))
        }
        // Of equal ones the first by name.
        var best: (score: Double, source: EventMapping.Source)?
        for candidate in candidates where candidate.score > best?.score ?? 0 { best = candidate }
        if var best {
            // A list of objects is read with their weights.
            let components = best.source.path.components
            if field == .topics, components.last?.name == "name", components.dropLast().last?.isList == true {
                best.source.path = FieldPath(components.dropLast().map { $0 })
            }
            mapping[field] = best.source
        } else if field == .time || field == .topics {
            mapping[field] = byValues(field, taken: taken, unit)
        }
    }

    /// Returns the only path whose values can be the field's, whatever its name.
    private func byValues(
        _ field: EventMapping.Field, taken: Set<FieldPath>, _ unit: (FieldProfile) -> FieldUnit?
    ) -> EventMapping.Source? {
        let found = sample.profiles.filter { profile in
            guard !taken.contains(profile.path), isOnTheWay(profile, field) else { return false }
            return field == .time ? unit(profile) != nil : profile.isList && unit(profile) != nil
        }
        guard let first = found.first, found.count == 1, let unit = unit(first) else { return nil }
        return EventMapping.Source(first.path, unit)
    }

    /// Whether a path has no list before its end but that of the batch, topics excepted.
    private func isOnTheWay(_ profile: FieldProfile, _ field: EventMapping.Field) -> Bool {
        let lists = profile.path.components.count { $0.isList }
        let isInBatch = mapping.batch.map { profile.path.text.hasPrefix($0.text + ".") } ?? false
        return lists == (isInBatch ? 1 : 0) || field == .topics && lists <= (isInBatch ? 2 : 1)
    }

    /// Returns the list of objects whose elements each have a time; nil if there is none.
    private func batch() -> FieldPath? {
        for profile in sample.profiles {
            guard let end = profile.path.components.firstIndex(where: \.isList),
                end < profile.path.components.count - 1, FieldNames.score(profile.path, .time) > 40,
                profile.timeUnit != nil
            else { continue }
            return FieldPath(Array(profile.path.components[...end]))
        }
        return nil
    }

    /// Lengths without a unit in their names have units with which nothing is watched for much longer than it lasts.
    private mutating func useOneLength() {
        guard let watched = length(.watched), let duration = length(.duration),
            watched.median > 0, duration.median > 0
        else { return }
        func ratio(_ watchedUnit: FieldUnit, _ durationUnit: FieldUnit) -> Double {
            watched.median * Self.size(watchedUnit) / (duration.median * Self.size(durationUnit))
        }
        let plausible = 0.02...3.0
        if plausible.contains(ratio(watched.unit, duration.unit)) { return }
        let units: [FieldUnit] = [.milliseconds, .seconds, .minutes]
        if !duration.isNamed, let unit = units.first(where: { plausible.contains(ratio(watched.unit, $0)) }) {
            mapping[.duration]?.unit = unit
        } else if !watched.isNamed, let unit = units.first(where: { plausible.contains(ratio($0, duration.unit)) }) {
            mapping[.watched]?.unit = unit
        }
    }

    private struct Length {
        var median: Double
        var unit: FieldUnit
        /// Whether the name or the notation says the unit.
        var isNamed: Bool
    }

    /// The length that a field is; nil: it is a share, or there is none.
    private func length(_ field: EventMapping.Field) -> Length? {
        guard let source = mapping[field], let profile = profile(source.path) else { return nil }
        switch source.unit {
        case .clock, .iso8601, .words:
            return Length(median: Double(profile.medianLength), unit: .milliseconds, isNamed: true)
        case .milliseconds, .seconds, .minutes:
            return Length(median: profile.medianOfLengths, unit: source.unit, isNamed: profile.namedUnit != nil)
        default: return nil
        }
    }

    /// Milliseconds.
    private static func size(_ unit: FieldUnit) -> Double {
        switch unit {
        case .seconds: 1_000
        case .minutes: 60_000
        default: 1
        }
    }

    private func profile(_ path: FieldPath) -> FieldProfile? { sample.profiles.first { $0.path == path } }
}

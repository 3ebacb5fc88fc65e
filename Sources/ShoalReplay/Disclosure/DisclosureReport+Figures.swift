extension DisclosureReport {
    /// The worst value of a measure, over all traits or days, in the first run.
    package struct Figure: Equatable, Sendable {
        /// The name of the bound in `--bound`, or `smallest-cluster`.
        package var name: String
        /// nil if no value may be told: it was not measured, or is about fewer than `privacy.min-cluster-size` viewers.
        package var value: Double?
        package var bound: Double
        package var holds: Bool
    }

    /// The number of viewers; nil if they are fewer than `privacy.min-cluster-size`.
    package var toldViewers: Int? {
        guard let sizes = runs.first?.measures.sizes, viewers >= sizes.least else { return nil }
        return viewers
    }

    /// The measures that there are. All hold if no bound is missed.
    package var figures: [Figure] {
        guard let measures = runs.first?.measures else { return [] }
        func share(_ millionths: Int64) -> Double { Double(millionths) / 1e6 }
        var figures: [Figure] = []
        let traits = measures.traits
        if !traits.isEmpty {
            figures = [
                Figure(
                    name: "distance", value: traits.compactMap(\.farthest?.distance).max().map(share),
                    bound: share(bounds.distance), holds: traits.allSatisfy(\.holdsDistance)),
                Figure(
                    name: "lift", value: traits.compactMap(\.highest?.lift).max().map(share),
                    bound: share(bounds.lift), holds: traits.allSatisfy(\.holdsLift)),
            ]
        }
        let areas = traits.compactMap(\.holdsAUC)
        if !areas.isEmpty {
            figures.append(
                Figure(
                    name: "auc", value: traits.compactMap(\.auc).max().map(share), bound: share(bounds.auc),
                    holds: areas.allSatisfy { $0 }))
        }
        for (name, shares, bound) in [
            ("unique", measures.sequences.map(\.unique), bounds.unique),
            ("fewer-than-ten", measures.sequences.map(\.fewerThanTen), bounds.fewerThanTen),
        ] {
            guard let worst = shares.max() else { continue }
            figures.append(Figure(name: name, value: share(worst), bound: share(bound), holds: worst <= bound))
        }
        let (sizes, forging) = (measures.sizes, measures.forging)
        figures += [
            Figure(
                name: "smallest-cluster", value: sizes.smallest.map(Double.init), bound: Double(sizes.least),
                holds: sizes.holds),
            Figure(
                name: "records", value: Double(forging.records), bound: Double(bounds.records),
                holds: forging.records >= bounds.records),
            Figure(
                name: "days", value: Double(forging.milliseconds) / Double(DisclosureMeasures.day),
                bound: Double(bounds.days), holds: forging.milliseconds >= bounds.days * DisclosureMeasures.day),
        ]
        return figures
    }
}

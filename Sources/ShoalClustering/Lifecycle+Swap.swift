extension Lifecycle {
    /// Applies the best split together with the cheapest merge, at a constant number of clusters, if a few weighted
    /// Lloyd steps over all samples confirm enough gain.
    /// - Returns: Whether a swap was applied.
    mutating func swap(_ splits: [Split], _ pairs: [Pair], _ standings: [Standing]) -> Bool {
        let wanted = splits.filter { $0.smaller >= Double(fewest) && isFree($0.cluster) }.prefix(Rules.swapSplits)
        let free = pairs.prefix(50).filter { isFree($0.first) && isFree($0.second) }
        guard !wanted.isEmpty, !free.isEmpty else { return false }
        // Computed for the first promising swap only; usually there is none.
        var known: (pooled: PooledSamples, before: Double, enough: Double)?
        var best: (objective: Double, split: Split, pair: Pair)?
        for split in wanted {
            for pair in free.filter({ $0.first != split.cluster && $0.second != split.cluster })
                .prefix(Rules.swapMerges)
            {
                if isFreeToVary, !isAsClear(split, pair), pair.ratio >= Rules.clear || isYoung(pair) { continue }
                if isFreeToVary, split.halves.ratio < model.rules.swapSplit, !isSuperfluous(pair, split) { continue }
                if split.gain - pair.loss < -0.02 * (1 - mean) * Double(assigned) { continue }
                let (pooled, before, enough) = known ?? measure(standings)
                known = (pooled, before, enough)
                guard let centroids = pooled.swapped(split, pair) else { continue }
                let after = pooled.objective(centroids)
                if after - before > enough, after > best?.objective ?? -1 { best = (after, split, pair) }
            }
        }
        guard let best else { return false }
        let isSuperfluous = isSuperfluous(best.pair, best.split)
        merge(best.pair)
        if !isSuperfluous { carryOut(best.split) }
        return true
    }

    /// Returns all samples, their current objective, and the gain required of a swap.
    private func measure(_ standings: [Standing]) -> (PooledSamples, before: Double, enough: Double) {
        let pooled = PooledSamples(standings, samples, keeping: model.isTopic)
        return (pooled, pooled.objective(pooled.centroids), Rules.swap * (1 - mean) * pooled.weight)
    }

    /// Whether the number of clusters may change.
    private var isFreeToVary: Bool { count < most && least < most }

    /// Whether the halves of the split are at least as distinct as the clusters of the pair.
    private func isAsClear(_ split: Split, _ pair: Pair) -> Bool {
        split.halves.ratio >= max(pair.ratio, model.rules.merge)
    }

    /// Whether a recent split or swap created one of the two. Merging it again for a smaller gain would oscillate.
    private func isYoung(_ pair: Pair) -> Bool {
        [pair.first, pair.second].contains { id in
            guard let index = model.index(of: id) else { return true }
            let cluster = model.clusters[index]
            return cluster.origin == .split && model.ticks - cluster.created < Rules.trial
        }
    }

    /// Whether the pair is barely distinct, and less distinct than the halves of the split. There is one cluster too
    /// many then.
    private func isSuperfluous(_ pair: Pair, _ split: Split) -> Bool {
        isFreeToVary && count > least && pair.ratio < model.rules.split && !isAsClear(split, pair)
    }
}

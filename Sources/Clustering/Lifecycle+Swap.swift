extension Lifecycle {
    /// The best split with the cheapest merge, at a constant number of clusters, where some weighted Lloyd steps over all
    /// samples confirm that it gains enough.
    /// - Returns: whether there was one.
    mutating func swap(_ splits: [Split], _ pairs: [Pair], _ standings: [Standing]) -> Bool {
        let wanted = splits.filter { $0.smaller >= Double(fewest) && isFree($0.cluster) }.prefix(Rules.swapSplits)
        let free = pairs.prefix(50).filter { isFree($0.first) && isFree($0.second) }
        guard !wanted.isEmpty, !free.isEmpty else { return false }
        // Made for the first swap that is worth a try: mostly there is none.
        var known: (pooled: PooledSamples, before: Double, enough: Double)?
        var best: (objective: Double, split: Split, pair: Pair)?
        for split in wanted {
            for pair in free.filter({ $0.first != split.cluster && $0.second != split.cluster })
                .prefix(Rules.swapMerges)
            {
                if isFreeToVary, !isAsClear(split, pair), pair.ratio >= Rules.clear || isYoung(pair) { continue }
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

    /// All samples, their objective as things stand, and what a swap is to gain.
    private func measure(_ standings: [Standing]) -> (PooledSamples, before: Double, enough: Double) {
        let pooled = PooledSamples(standings, samples, keeping: model.isTopic)
        return (pooled, pooled.objective(pooled.centroids), Rules.swap * (1 - mean) * pooled.weight)
    }

    /// Whether there may be more clusters or fewer.
    private var isFreeToVary: Bool { count < most && least < most }

    /// Whether the halves of the one are two as clearly as the clusters of the other.
    private func isAsClear(_ split: Split, _ pair: Pair) -> Bool {
        split.halves.ratio >= max(pair.ratio, Rules.merge)
    }

    /// Whether a split or a swap has made one of the two lately: giving it up for less would go to and fro.
    private func isYoung(_ pair: Pair) -> Bool {
        [pair.first, pair.second].contains { id in
            guard let index = model.index(of: id) else { return true }
            let cluster = model.clusters[index]
            return cluster.origin == .split && model.ticks - cluster.created < Rules.trial
        }
    }

    /// Whether the pair hardly is two, and what it would be given up for is less so: then there is one cluster too many.
    private func isSuperfluous(_ pair: Pair, _ split: Split) -> Bool {
        isFreeToVary && count > least && pair.ratio < Rules.split && !isAsClear(split, pair)
    }
}

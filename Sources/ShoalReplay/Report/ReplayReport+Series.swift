internal import ShoalClustering

extension ReplayReport {
    /// Selects a number of rows for a chart: the first row, and the last one of each of equal time spans.
    /// - Returns: Ascending indices into `rows`; all of them if there are few.
    func thinned(to most: Int) -> [Int] {
        guard rows.count > most, most > 1, let first = rows.first?.time, let last = rows.last?.time, last > first else {
            return Array(rows.indices)
        }
        var picked: [Int] = [0]
        var spans: [Int] = [-1]
        for index in rows.indices.dropFirst() {
            let place = Double(rows[index].time - first) / Double(last - first) * Double(most - 1)
            let span = min(Int(place), most - 2)
            if spans.last == span {
                picked[picked.count - 1] = index
            } else {
                picked.append(index)
                spans.append(span)
            }
        }
        return picked
    }

    /// Returns the members of a cluster in the given rows; 0 if it is not published.
    func sizes(of cluster: ClusterID, in picked: [Int]) -> [Int64] {
        picked.map { index in
            let row = rows[index]
            guard let place = row.clusters.place(of: cluster), place < row.members.count else { return 0 }
            return row.members[place]
        }
    }

    /// Sums over the time between two selected rows.
    struct Interval {
        var from: Int64
        var to: Int64
        var moved: Int64 = 0
        var returned: Int64 = 0
        /// Eligible members times milliseconds.
        var memberTime: Double = 0
        var row: Row

        /// Moves per eligible member and day, in millionths.
        var movesPerDay: Int64 { perDay(moved) }
        var returnedPerDay: Int64 { perDay(returned) }

        private func perDay(_ count: Int64) -> Int64 {
            memberTime > 0 ? Int64((Double(count) * 86_400_000 / memberTime * 1_000_000).rounded()) : 0
        }
    }

    func intervals(_ picked: [Int]) -> [Interval] {
        var result: [Interval] = []
        var next = 0
        for index in picked {
            var interval = Interval(from: time(before: next), to: rows[index].time, row: rows[index])
            while next <= index {
                interval.moved += rows[next].moved
                interval.returned += rows[next].returned
                interval.memberTime += Double(rows[next].eligible) * Double(rows[next].time - time(before: next))
                next += 1
            }
            result.append(interval)
        }
        return result
    }

    /// Returns the end of the previous row. The first row is assumed to be as long as the second.
    private func time(before index: Int) -> Int64 {
        if index > 0 { return rows[index - 1].time }
        guard rows.count > 1 else { return rows[index].time - 3_600_000 }
        return 2 * rows[0].time - rows[1].time
    }
}

extension [ClusterID] {
    /// Returns the index of a number in the ascending list.
    func place(of number: ClusterID) -> Int? {
        let place = partitioningIndex { $0 >= number }
        return place < count && self[place] == number ? place : nil
    }
}

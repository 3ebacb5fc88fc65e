extension Array {
    /// Returns the index of the first element that fulfils a condition, which all behind it do, too; `count` if none does. A binary
    /// search.
    @inlinable
    @inline(__always)
    package func partitioningIndex(_ condition: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if condition(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

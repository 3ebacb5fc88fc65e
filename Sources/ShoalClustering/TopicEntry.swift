/// An entry of a sparse vector with ascending topics.
protocol TopicEntry {
    var topic: TopicNumber { get }
}

extension Array where Element: TopicEntry {
    /// Visits the entries of common topics in ascending order.
    @inline(__always)
    func forEachCommon<Other: TopicEntry>(with other: [Other], _ body: (Element, Other) -> Void) {
        var (i, j) = (0, 0)
        while i < count, j < other.count {
            if self[i].topic < other[j].topic {
                i += 1
            } else if other[j].topic < self[i].topic {
                j += 1
            } else {
                body(self[i], other[j])
                i += 1
                j += 1
            }
        }
    }
}

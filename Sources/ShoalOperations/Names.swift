/// Suggests corrections of mistyped names.
public enum Names {
    /// Returns the known name nearest to a mistyped one, or `nil` if none is near.
    public static func nearest(_ name: String, _ known: [String]) -> String? {
        let ranked = known.map { ($0, distance(name, $0)) }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
        guard let (best, distance) = ranked.first, distance <= max(2, name.count / 3) else { return nil }
        return best
    }

    /// Returns the edit distance (Levenshtein, 1966).
    package static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left), Array(right))
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a == b ? 0 : 1))
                diagonal = above
            }
        }
        return row[right.count]
    }
}

/// Operations on dense vectors of doubles, in the order of indices.
enum Dense {
    static func norm(_ vector: [Double]) -> Double {
        var square = 0.0
        for component in vector { square += component * component }
        return square.squareRoot()
    }

    /// Returns the normalised vector, or `nil` if its length is 0.
    static func unit(_ vector: [Double]) -> [Double]? {
        let norm = norm(vector)
        return norm > 0 ? vector.map { $0 / norm } : nil
    }
}

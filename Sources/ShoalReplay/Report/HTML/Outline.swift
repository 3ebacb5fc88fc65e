/// The path of a shape, point by point.
struct Outline {
    private(set) var markup = Markup()
    private var isFirst = true

    mutating func line(to x: Double, _ y: Double) {
        markup += isFirst ? "M\(x) \(y)" : "L\(x) \(y)"
        isFirst = false
    }

    mutating func curve(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, to x: Double, _ y: Double) {
        markup += "C\(x1) \(y1) \(x2) \(y2) \(x) \(y)"
    }

    mutating func close() { markup += "Z" }
}

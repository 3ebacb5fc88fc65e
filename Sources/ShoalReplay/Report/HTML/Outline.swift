/// The path of a shape, point by point. Points behind the first one are told by their distances from the one before, which takes half
/// as much space, and no error adds up, because the points are rounded before.
struct Outline {
    /// A command and the numbers behind it.
    private var text = ""
    /// The last point, in parts of a pixel.
    private var last: (x: Int, y: Int)?
    private var command: Character = "M"
    /// How many parts a pixel has to which points are rounded: 1, 2, 5 or 10.
    private let parts: Int

    init(parts: Int = 10) {
        self.parts = parts
    }

    var markup: Markup { Markup(stringLiteral: text) }

    mutating func line(to x: Double, _ y: Double) {
        let (x, y) = (rounded(x), rounded(y))
        guard let last else {
            add("M", [x, y])
            self.last = (x, y)
            return
        }
        switch (x - last.x, y - last.y) {
        case (0, 0): return
        case (let dx, 0): add("h", [dx])
        case (0, let dy): add("v", [dy])
        case (let dx, let dy): add("l", [dx, dy])
        }
        self.last = (x, y)
    }

    mutating func curve(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, to x: Double, _ y: Double) {
        guard let last else { return }
        let points = [x1, y1, x2, y2, x, y].map(rounded)
        add("c", points.enumerated().map { index, value in value - (index % 2 == 0 ? last.x : last.y) })
        self.last = (points[4], points[5])
    }

    mutating func close() { text += "Z" }

    private func rounded(_ value: Double) -> Int { Int((value * Double(parts)).rounded()) }

    /// Leaves out a command that is that of the numbers before, and blanks before a minus sign.
    private mutating func add(_ command: Character, _ values: [Int]) {
        if command != self.command || text.isEmpty { text.append(command) }
        self.command = command
        for value in values {
            if value >= 0, text.last?.isNumber == true { text += " " }
            text += number(value)
        }
    }

    private func number(_ value: Int) -> String {
        let (whole, rest) = value.magnitude.quotientAndRemainder(dividingBy: UInt(parts))
        let tenths = rest * (10 / UInt(parts))
        let digits = rest == 0 ? "\(whole)" : whole == 0 ? ".\(tenths)" : "\(whole).\(tenths)"
        return (value < 0 ? "-" : "") + digits
    }
}

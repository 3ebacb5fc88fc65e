internal import ShoalClustering

/// Places of clusters in a plane: near each other if their centroids are the most similar ones, as descriptions tell.
///
/// Distances are those in the graph of neighbours, and the places approximate them by stress majorization (Gansner, Koren and North,
/// 2004). It starts at places that follow from the clusters' numbers, so equal clusters have equal places on each instance, and a new
/// model moves only what has become more or less similar. It uses no function of the math library but roots.
struct MapLayout {
    struct Node {
        var id: ClusterID
        var members: Int64
        /// Those with the most similar centroids, the nearest first.
        var neighbours: [ClusterID]
    }

    /// A cluster as a circle.
    struct Disc {
        var x: Double
        var y: Double
        var radius: Double
    }

    private struct Point {
        var x: Double
        var y: Double
    }

    private let nodes: [Node]
    private var points: [Point]
    private static let rounds = 60
    /// How much less a distance counts between clusters that are not connected, and how much the place counts at which one starts: these
    /// decide where groups lie, so that it does not depend on small changes.
    private static let (loose, anchor) = (0.1, 0.3)
    /// The least distance between circles, in pixels.
    private static let gap = 3.0

    /// - Parameter nodes: of different numbers. Their order makes no difference to the eye, but to the last digits.
    init(_ nodes: [Node]) {
        self.nodes = nodes
        points = nodes.map { Self.start($0.id) }
        spread()
    }

    /// Returns a place in the unit disc. Numbers that follow each other are far apart.
    private static func start(_ id: ClusterID) -> Point {
        let share = Double(id) * 0.754_877_666_246_692_8
        let radius = (share - share.rounded(.down)).squareRoot() + 0.01
        // The power of the golden angle's turn, by squaring.
        var turn = Point(x: -0.737_368_878_078_319_7, y: 0.675_490_294_261_523_8)
        var (place, rest) = (Point(x: radius, y: 0), id)
        func product(_ left: Point, _ right: Point) -> Point {
            Point(x: left.x * right.x - left.y * right.y, y: left.x * right.y + left.y * right.x)
        }
        while rest > 0 {
            if rest & 1 == 1 { place = product(place, turn) }
            turn = product(turn, turn)
            rest >>= 1
        }
        return place
    }

    /// Returns the distances in the graph of neighbours, row by row. What is not connected is farther than all else, by `far`.
    private func distances() -> (of: [Double], far: Double) {
        let count = nodes.count
        let far: Int32 = 1 << 20
        var lengths = [Int32](repeating: far, count: count * count)
        let places = Dictionary(nodes.enumerated().map { ($1.id, $0) }) { first, _ in first }
        for (index, node) in nodes.enumerated() {
            for (rank, neighbour) in node.neighbours.enumerated() {
                guard let other = places[neighbour], other != index else { continue }
                let length = min(lengths[index * count + other], 10 + 3 * Int32(rank))
                (lengths[index * count + other], lengths[other * count + index]) = (length, length)
            }
        }
        for middle in 0..<count {
            for from in 0..<count where lengths[from * count + middle] < far {
                let first = lengths[from * count + middle]
                for to in 0..<count {
                    let length = first + lengths[middle * count + to]
                    if length < lengths[from * count + to] { lengths[from * count + to] = length }
                }
            }
        }
        let most = max(lengths.filter { $0 < far }.max() ?? 0, 20)
        return (lengths.map { Double($0 < far ? $0 : most + 10) / 10 }, Double(most + 10) / 10)
    }

    private mutating func spread() {
        let count = nodes.count
        guard count > 1 else { return }
        let (distances, far) = distances()
        let starts = points.map { Point(x: $0.x * far / 2, y: $0.y * far / 2) }
        points = starts
        for _ in 0..<Self.rounds {
            for index in 0..<count {
                let own = points[index]
                var (x, y, sum) = (starts[index].x * Self.anchor, starts[index].y * Self.anchor, Self.anchor)
                for other in 0..<count where other != index {
                    let distance = distances[index * count + other]
                    let weight = (distance < far ? 1 : Self.loose) / (distance * distance)
                    let (dx, dy) = (own.x - points[other].x, own.y - points[other].y)
                    let length = max((dx * dx + dy * dy).squareRoot(), 1e-9)
                    x += weight * (points[other].x + dx * distance / length)
                    y += weight * (points[other].y + dy * distance / length)
                    sum += weight
                }
                points[index] = Point(x: x / sum, y: y / sum)
            }
        }
    }

    /// Returns circles within a rectangle that do not overlap, in the order of the nodes. Areas are in proportion to members, but for very
    /// small and very large ones.
    func discs(width: Double, height: Double) -> [Disc] {
        guard !nodes.isEmpty else { return [] }
        let total = Double(max(nodes.reduce(0) { $0 + max($1.members, 0) }, 1))
        let area = width * height * 0.36 / 3.141_592_653_589_793
        let (least, most) = (4.0, min(width, height) * 0.2)
        var discs = zip(nodes, points).map { node, point in
            let radius = (area * Double(max(node.members, 0)) / total).squareRoot()
            return Disc(x: point.x, y: point.y, radius: min(max(radius, least), most))
        }
        Self.scale(&discs, \.x, to: width)
        Self.scale(&discs, \.y, to: height)
        // Circles that find no room become smaller.
        while !Self.separate(&discs, width, height) {
            for index in discs.indices { discs[index].radius *= 0.94 }
        }
        return discs
    }

    /// Spreads coordinates over a side of the rectangle.
    private static func scale(_ discs: inout [Disc], _ axis: WritableKeyPath<Disc, Double>, to size: Double) {
        let values = discs.map { $0[keyPath: axis] }
        let (first, last) = (values.min() ?? 0, values.max() ?? 0)
        for index in discs.indices {
            let share = last > first ? (values[index] - first) / (last - first) : 0.5
            let radius = discs[index].radius
            discs[index][keyPath: axis] = radius + share * (size - 2 * radius)
        }
    }

    /// Moves circles apart.
    /// - Returns: whether none overlap now.
    private static func separate(_ discs: inout [Disc], _ width: Double, _ height: Double) -> Bool {
        for _ in 0..<100 {
            var isSeparate = true
            for left in discs.indices {
                for right in discs.indices.dropFirst(left + 1) {
                    let (first, second) = (discs[left], discs[right])
                    let (dx, dy) = (second.x - first.x, second.y - first.y)
                    let least = first.radius + second.radius + gap
                    let square = dx * dx + dy * dy
                    guard square < least * least else { continue }
                    isSeparate = false
                    let length = square.squareRoot()
                    let (x, y) = length > 1e-6 ? (dx / length, dy / length) : (1, 0)
                    // The smaller one gives way, and a bit more, so that no rest is left.
                    let push = least - length + 0.1
                    let share = first.radius / (first.radius + second.radius)
                    discs[left].x -= x * push * (1 - share)
                    discs[left].y -= y * push * (1 - share)
                    discs[right].x += x * push * share
                    discs[right].y += y * push * share
                    for index in [left, right] {
                        let radius = discs[index].radius
                        discs[index].x = min(max(discs[index].x, radius), width - radius)
                        discs[index].y = min(max(discs[index].y, radius), height - radius)
                    }
                }
            }
            if isSeparate { return true }
        }
        return false
    }
}

/// The products of the topic sums of clusters, Σ a_t · b_t, each in ascending order of topics. Some clusters at a time
/// are spread over the topics, so that the products with all of them need no merging of sorted lists. A topic that only
/// one of two clusters has adds 0, which changes no bit.
struct SumProducts {
    /// The number of clusters that are spread at a time.
    private static let width = 32

    private let count: Int
    /// The product of clusters i < j at `i * count + j`.
    private var products: [Double]

    /// - Parameter sums: The sums of each cluster, topics ascending.
    init(_ sums: [[SumEntry]]) {
        count = sums.count
        products = Array(repeating: 0, count: count * count)
        let topics = (sums.compactMap { $0.last?.topic }.max().map { Int($0) } ?? -1) + 1
        var rows = [Int32](repeating: -1, count: topics)
        var used: Int32 = 0
        for entry in sums.joined() where rows[Int(entry.topic)] < 0 {
            rows[Int(entry.topic)] = used
            used += 1
        }
        var lanes = [SIMD8<Double>](repeating: .zero, count: Int(used) * Self.width / 8)
        for start in stride(from: 0, to: count, by: Self.width) {
            let end = min(start + Self.width, count)
            for index in lanes.indices { lanes[index] = .zero }
            for cluster in start..<end {
                let (lane, offset) = ((cluster - start) / 8, (cluster - start) % 8)
                for entry in sums[cluster] {
                    lanes[Int(rows[Int(entry.topic)]) * Self.width / 8 + lane][offset] = Double(entry.value)
                }
            }
            for cluster in 0..<end { multiply(sums[cluster], by: lanes, rows, cluster, start..<end) }
        }
    }

    /// The product of two clusters, the first before the second.
    subscript(first: Int, second: Int) -> Double { products[first * count + second] }

    private mutating func multiply(
        _ entries: [SumEntry], by lanes: [SIMD8<Double>], _ rows: [Int32], _ cluster: Int, _ range: Range<Int>
    ) {
        var (first, second) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
        var (third, fourth) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
        for entry in entries {
            let value = Double(entry.value)
            let place = Int(rows[Int(entry.topic)]) * Self.width / 8
            first += value * lanes[place]
            second += value * lanes[place + 1]
            third += value * lanes[place + 2]
            fourth += value * lanes[place + 3]
        }
        for (part, sum) in [first, second, third, fourth].enumerated() {
            for lane in 0..<8 where range.contains(range.lowerBound + part * 8 + lane) {
                products[cluster * count + range.lowerBound + part * 8 + lane] = sum[lane]
            }
        }
    }
}

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The agreement of two partitions of the same items.
public struct Agreement: Sendable {
    /// The contingency table: items in each pair of groups, one row per group of the first partition.
    private let cells: [[Int]]
    private let rows: [Int]
    private let columns: [Int]
    private let total: Int

    /// Compares two labellings. Each distinct label is a group.
    public init(_ first: [Int32], _ second: [Int32]) {
        precondition(first.count == second.count)
        func places(_ labels: [Int32]) -> [Int32: Int] {
            Dictionary(uniqueKeysWithValues: Set(labels).sorted().enumerated().map { ($1, $0) })
        }
        let (row, column) = (places(first), places(second))
        var cells = Array(repeating: Array(repeating: 0, count: column.count), count: row.count)
        for (left, right) in zip(first, second) {
            guard let left = row[left], let right = column[right] else { continue }
            cells[left][right] += 1
        }
        self.cells = cells
        rows = cells.map { $0.reduce(0, +) }
        columns = (0..<column.count).map { index in cells.reduce(0) { $0 + $1[index] } }
        total = first.count
    }

    /// The adjusted Rand index (Hubert and Arabie, 1985): 1 for equal partitions, 0 for chance agreement.
    public var adjustedRand: Double {
        func pairs(_ count: Int) -> Double { Double(count) * Double(count - 1) / 2 }
        let both = cells.joined().reduce(0) { $0 + pairs($1) }
        let first = rows.reduce(0) { $0 + pairs($1) }
        let second = columns.reduce(0) { $0 + pairs($1) }
        let all = pairs(total)
        guard all > 0 else { return 1 }
        let expected = first * second / all
        let most = (first + second) / 2
        return most == expected ? 1 : (both - expected) / (most - expected)
    }

    /// The adjusted mutual information (Vinh, Epps and Bailey, 2010), with the mean of the entropies as its upper bound.
    public var adjustedMutualInformation: Double {
        if rows.count == columns.count, rows.count <= 1 { return 1 }
        let expected = expectedInformation
        let bound = (entropy(rows) + entropy(columns)) / 2
        let denominator = bound - expected
        let least = Double.ulpOfOne
        return (information - expected) / (denominator < 0 ? min(denominator, -least) : max(denominator, least))
    }

    private func entropy(_ counts: [Int]) -> Double {
        counts.reduce(0) { sum, count in
            let share = Double(count) / Double(total)
            return count > 0 ? sum - share * log(share) : sum
        }
    }

    private var information: Double {
        var sum = 0.0
        for (row, line) in cells.enumerated() {
            for (column, count) in line.enumerated() where count > 0 {
                sum += term(count, rows[row], columns[column])
            }
        }
        return sum
    }

    private func term(_ count: Int, _ row: Int, _ column: Int) -> Double {
        Double(count) / Double(total)
            * log(Double(total) * Double(count) / (Double(row) * Double(column)))
    }

    /// The expected mutual information of partitions with these group sizes, under the hypergeometric model.
    private var expectedInformation: Double {
        var factorials = [0.0]
        for value in 1...max(total, 1) { factorials.append(factorials[value - 1] + log(Double(value))) }
        var sum = 0.0
        for row in rows {
            for column in columns {
                let fixed =
                    factorials[row] + factorials[column] + factorials[total - row] + factorials[total - column]
                    - factorials[total]
                let least = max(1, row + column - total)
                for count in stride(from: least, through: min(row, column), by: 1) {
                    let chance =
                        fixed - factorials[count] - factorials[row - count] - factorials[column - count]
                        - factorials[total - row - column + count]
                    sum += term(count, row, column) * exp(chance)
                }
            }
        }
        return sum
    }
}

import Foundation
import Testing

@testable import ShoalGenerator

@Suite("Draws follow their distributions without libm")
struct SamplingTests {
    @Test("exp, ln and powers agree with libm to 14 digits")
    func elementary() {
        for step in -2_000...2_000 {
            let x = Double(step) * 0.013
            #expect(abs(Elementary.exp(x) / exp(x) - 1) < 1e-14)
            let y = exp(x)
            #expect(abs(Elementary.ln(y) - log(y)) <= 1e-14 * max(abs(log(y)), 1))
            #expect(abs(Elementary.power(y, 0.7) / pow(y, 0.7) - 1) < 1e-13)
        }
        #expect(Elementary.exp(0) == 1 && Elementary.ln(1) == 0)
    }

    @Test("an alias table and running sums draw by weight, and never an item of weight 0")
    func discrete() {
        let weights: [Double] = [0, 1, 5, 0, 2, 0.5]
        let alias = AliasTable(weights)
        let sums = CumulativeWeights(weights)
        var draws = Draws(seed: 1, .events)
        var counts = [[Int]](repeating: [Int](repeating: 0, count: 6), count: 2)
        for _ in 0..<85_000 {
            counts[0][alias.draw(&draws)] += 1
            counts[1][sums.draw(0..<6, &draws)] += 1
        }
        for (index, weight) in weights.enumerated() {
            for count in counts.map({ Double($0[index]) }) {
                #expect(abs(count - weight * 10_000) <= 5 * (weight * 10_000).squareRoot())
            }
        }
        for _ in 0..<1_000 { #expect((1...2).contains(sums.draw(0..<4, &draws))) }
    }

    @Test("normal, exponential and Poisson draws have their mean and variance")
    func continuous() {
        var draws = Draws(seed: 2, .events)
        func moments(_ draw: () -> Double) -> (mean: Double, variance: Double) {
            let values = (0..<100_000).map { _ in draw() }
            let mean = values.reduce(0, +) / 100_000
            return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 100_000)
        }
        for (mean, variance, found) in [
            (0.0, 1.0, moments { draws.normal() }), (1, 1, moments { draws.exponential() }),
            (0.9, 0.9, moments { Double(draws.poisson(0.9)) }),
            (0, 1, moments { QuantileTable.standardNormal.draw(&draws) }),
            (0.75, 0.75 * 0.25 / 9, moments { QuantileTable.tasteEngagement.draw(&draws) }),
        ] {
            #expect(abs(found.mean - mean) < 0.02)
            #expect(abs(found.variance - variance) < 0.03)
        }
        let middle = QuantileTable.standardNormal.values[840]
        #expect(abs(middle - 0.9172) < 0.003)
    }
}

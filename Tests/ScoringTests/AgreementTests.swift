import Scoring
import Testing

@Suite("Agreement of partitions")
struct AgreementTests {
    private let first: [Int32] = [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3]
    private let second: [Int32] = [1, 1, 1, 1, 2, 1, 2, 2, 2, 2, 3, 1, 3, 3, 3, 2, 2]

    @Test("the same partition under other names agrees wholly")
    func same() {
        let agreement = Agreement(first, first.map { 40 - $0 })
        #expect(abs(agreement.adjustedRand - 1) < 1e-12)
        #expect(abs(agreement.adjustedMutualInformation - 1) < 1e-12)
    }

    @Test("a known pair has the values of the literature")
    func known() {
        let agreement = Agreement(first, second)
        // Rand's table by hand: Σ pairs of cells 20, of rows 40, of columns 42, of all 136.
        #expect(abs(agreement.adjustedRand - (20 - 40.0 * 42 / 136) / (41 - 40.0 * 42 / 136)) < 1e-12)
        // Vinh, Epps and Bailey's measure, as scikit-learn's own test has it for this pair.
        #expect(abs(agreement.adjustedMutualInformation - 0.27821) < 1e-5)
        #expect(abs(Agreement(second, first).adjustedMutualInformation - 0.27821) < 1e-5)
    }

    @Test("one group against all alone agrees as by chance")
    func chance() {
        let agreement = Agreement([0, 0, 0, 0], [0, 1, 2, 3])
        #expect(agreement.adjustedRand == 0)
        #expect(abs(agreement.adjustedMutualInformation) < 1e-12)
    }

    @Test("a group cut in two costs what the pairs say")
    func cut() {
        // Pairs kept together by both: 1; by the first 2, by the second 1; of 6.
        #expect(abs(Agreement([0, 0, 1, 1], [0, 0, 1, 2]).adjustedRand - 4.0 / 7) < 1e-12)
    }

    @Test("nothing and one item are no contradiction")
    func small() {
        #expect(Agreement([], []).adjustedRand == 1)
        #expect(Agreement([5], [9]).adjustedRand == 1)
        #expect(Agreement([5], [9]).adjustedMutualInformation == 1)
    }
}

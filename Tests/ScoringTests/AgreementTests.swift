import ShoalScoring
import Testing

@Suite("Agreement of partitions")
struct AgreementTests {
    private let first: [Int32] = [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3]
    private let second: [Int32] = [1, 1, 1, 1, 2, 1, 2, 2, 2, 2, 3, 1, 3, 3, 3, 2, 2]

    @Test("the same partition with other names agrees completely")
    func same() {
        let agreement = Agreement(first, first.map { 40 - $0 })
        #expect(abs(agreement.adjustedRand - 1) < 1e-12)
        #expect(abs(agreement.adjustedMutualInformation - 1) < 1e-12)
    }

    @Test("a known pair has the values of the literature")
    func known() {
        let agreement = Agreement(first, second)
        // Rand's table, computed manually: Σ pairs of cells 20, of rows 40, of columns 42, of all 136.
        #expect(abs(agreement.adjustedRand - (20 - 40.0 * 42 / 136) / (41 - 40.0 * 42 / 136)) < 1e-12)
        // The measure of Vinh, Epps and Bailey. The value is from scikit-learn's test for this pair.
        #expect(abs(agreement.adjustedMutualInformation - 0.27821) < 1e-5)
        #expect(abs(Agreement(second, first).adjustedMutualInformation - 0.27821) < 1e-5)
    }

    @Test("one group compared with singletons agrees as by chance")
    func chance() {
        let agreement = Agreement([0, 0, 0, 0], [0, 1, 2, 3])
        #expect(agreement.adjustedRand == 0)
        #expect(abs(agreement.adjustedMutualInformation) < 1e-12)
    }

    @Test("a split group lowers the agreement by its pairs")
    func cut() {
        // Of 6 pairs, both partitions keep 1 together, the first 2, and the second 1.
        #expect(abs(Agreement([0, 0, 1, 1], [0, 0, 1, 2]).adjustedRand - 4.0 / 7) < 1e-12)
    }

    @Test("empty and single-item partitions agree completely")
    func small() {
        #expect(Agreement([], []).adjustedRand == 1)
        #expect(Agreement([5], [9]).adjustedRand == 1)
        #expect(Agreement([5], [9]).adjustedMutualInformation == 1)
    }
}

import ShoalScoring
import Testing

@Suite("Update rules of other systems")
struct StreamingRuleTests {
    private var start: Centroids {
        var centroids = Centroids(count: 2, dimension: 2)
        centroids[0, 0] = 1
        centroids[1, 1] = 1
        return centroids
    }

    private func batch(_ first: Int, _ second: Int) -> Points {
        var points = Points(dimension: 2)
        for _ in 0..<first { points.append([(0, 4), (1, 3)]) }
        for _ in 0..<second { points.append([(1, 1)]) }
        return points
    }

    @Test("a batch has its share of the decayed weight")
    func decays() throws {
        for rule in [
            DecayingRule.spark(count: 2, decay: 0.5, seed: 1, start: start) as any StreamingRule,
            DecayingRule.flink(count: 2, decay: 0.5, seed: 1, start: start),
        ] {
            var rule = rule
            rule.fit(batch(4, 1))
            // There was no earlier weight, so the centre is the mean.
            #expect(try abs(#require(rule.centroids)[0, 0] - 0.8) < 1e-6)
            var second = Points(dimension: 2)
            for _ in 0..<2 { second.append([(0, 1)]) }
            rule.fit(second)
            // The old weight has decayed from 4 to 2 and the new weight is 2, so the centre is halfway.
            #expect(try abs(#require(rule.centroids)[0, 0] - 0.9) < 1e-6)
            #expect(try abs(#require(rule.centroids)[0, 1] - 0.3) < 1e-6)
        }
    }

    @Test("Spark's dying cluster takes half of the largest one, and Flink's does not")
    func dying() throws {
        var far = start
        far[1, 0] = -5
        var spark = DecayingRule.spark(count: 2, decay: 0.5, seed: 1, start: far)
        var flink = DecayingRule.flink(count: 2, decay: 0.5, seed: 1, start: far)
        spark.fit(batch(4, 0))
        flink.fit(batch(4, 0))
        #expect(try abs(#require(spark.centroids)[1, 0] - 0.8) < 1e-6)
        #expect(try #require(flink.centroids)[1, 0] == -5)
    }

    @Test("scikit-learn's centre is the mean of all its points")
    func means() throws {
        var rule = MiniBatchRule(count: 2, seed: 1, start: start)
        rule.fit(batch(4, 1))
        var second = Points(dimension: 2)
        for _ in 0..<4 { second.append([(0, 1)]) }
        rule.fit(second)
        rule.fit(batch(0, 3))
        #expect(try abs(#require(rule.centroids)[0, 0] - 0.9) < 1e-6)
        #expect(try abs(#require(rule.centroids)[1, 1] - 1) < 1e-6)
    }

    @Test("scikit-learn redraws a centre of negligible weight from the batch")
    func reassigned() throws {
        var far = start
        far[1, 0] = -5
        var rule = MiniBatchRule(count: 2, seed: 1, start: far)
        rule.fit(batch(150, 0))
        #expect(try abs(#require(rule.centroids)[1, 0] - 0.8) < 1e-6)
    }

    @Test("every rule finds distant groups from its own seeds", arguments: [0, 1, 2])
    func seeds(which: Int) {
        let rules: [any StreamingRule] = [
            DecayingRule.spark(count: 6, decay: 0.87, seed: 5), DecayingRule.flink(count: 6, decay: 0.9, seed: 5),
            MiniBatchRule(count: 6, seed: 5),
        ]
        var rule = rules[which]
        var last: (points: Points, truth: [Int32]) = (Points(dimension: 18), [])
        for seed in 0..<5 {
            last = groupedPoints(groups: 6, each: 50, seed: UInt64(seed))
            rule.fit(last.points)
        }
        #expect(Agreement(rule.predict(last.points), last.truth).adjustedRand > 0.7)
    }
}

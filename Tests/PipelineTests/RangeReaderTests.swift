import ShoalKafka
import Testing

@testable import ShoalPipeline

@Suite("Ranges of a topic")
struct RangeReaderTests {
    @Test("the newest records of each partition are kept, in proportion to its length")
    func newest() {
        let ranges = [(0, 100), (500, 1_400), (7, 7)].enumerated().map { index, range in
            RangeReader.Range(
                partition: TopicPartition("t", Int32(index)), from: Int64(range.0), through: Int64(range.1))
        }
        #expect(ranges.newest(1_000).map(\.from) == [0, 500, 7], "there are no more")
        let newest = ranges.newest(100)
        #expect(newest.map(\.from) == [90, 1_310, 7] && newest.map(\.through) == ranges.map(\.through))
    }
}

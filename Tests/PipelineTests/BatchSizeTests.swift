import Testing

@testable import ShoalPipeline

@Suite("The number of records in hand")
struct BatchSizeTests {
    @Test("large records are taken a few at a time, small ones by the hundred")
    func adapts() {
        var size = BatchSize()
        for _ in 0..<5 { size.adapt(records: size.records, bytes: size.records * 200) }
        #expect(size.records == 512)
        size.adapt(records: 512, bytes: 512 << 20)
        #expect(size.records == 4, "4 MiB of 1 MiB each")
        size.adapt(records: 4, bytes: 64 << 20)
        #expect(size.records == 1, "one is always taken")
        size.adapt(records: 0, bytes: 0)
        #expect(size.records == 1)
        for _ in 0..<9 { size.adapt(records: 1, bytes: 0) }
        #expect(size.records == 512, "it recovers")
    }
}

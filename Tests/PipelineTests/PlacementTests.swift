import ShoalClustering
import ShoalKafka
import ShoalSchemas
import Testing

@testable import ShoalPipeline

@Suite("Placement of keys in partitions")
struct PlacementTests {
    /// Returns keys placed in a topic of `count` partitions by one partitioner, and the first of them by another.
    private func sample(
        _ keys: Int, of count: Int32, by partitioner: Partitioner, first: Int = 0, by other: Partitioner = .murmur2
    ) throws -> PlacementSample {
        var sample = PlacementSample()
        for number in 0..<keys {
            let key = Array("viewer-\(number)".utf8)
            let partition = (number < first ? other : partitioner).partition(of: key.span, count: count)
            sample.add(key.span, in: try #require(partition), of: count)
        }
        return sample
    }

    private func judge(
        _ sample: PlacementSample, _ setting: Settings.Partitioner, isNew: Bool = true
    ) throws(PipelineError) -> String? {
        try PartitionerCheck(topic: "in", setting: setting, isNew: isNew).judge(sample)
    }

    @Test("a topic that was written with the partitioner of the setting is taken", arguments: Partitioner.allCases)
    func right(_ partitioner: Partitioner) throws {
        let sample = try sample(200, of: 12, by: partitioner)
        let setting = try #require(Settings.Partitioner(rawValue: partitioner.rawValue))
        #expect(try judge(sample, setting) == nil)
        #expect(try judge(sample, .any) == nil)
        #expect(try judge(PlacementSample(), setting) == nil)
    }

    @Test("a new application is refused if another partitioner was used, and told which", arguments: [2, 3, 12, 2_000])
    func wrong(count: Int32) throws {
        for (used, setting) in [(Partitioner.crc32, Settings.Partitioner.murmur2), (.murmur2, .crc32)] {
            // One record in twenty was placed by another partitioner.
            let sample = try sample(80, of: count, by: used, first: 4, by: used == .crc32 ? .murmur2 : .crc32)
            let error = #expect(throws: PipelineError.self) { _ = try judge(sample, setting) }
            #expect(error?.kind == .configuration)
            #expect(error?.description.contains("Set input.partitioner=\(used.rawValue)") == true, "\(error as Any)")
            let warning = try judge(sample, setting, isNew: false)
            #expect(warning?.contains("is fixed for the application") == true, "the setting is fixed by then")
        }
    }

    @Test("both partitioners in one topic, or a third one, are a warning")
    func mixed() throws {
        let warning = try judge(try sample(80, of: 12, by: .crc32, first: 40), .murmur2)
        #expect(warning?.contains("Configure all producers to use murmur2") == true)
        var other = PlacementSample()
        for number in 0..<80 {
            let key = Array("viewer-\(number)".utf8)
            other.add(key.span, in: Int32(number % 12), of: 12)
        }
        #expect(try judge(other, .murmur2)?.contains("input.partitioner=any") == true)
    }

    @Test("a few misplaced keys prove nothing, and are told")
    func few() throws {
        let sample = try sample(5, of: 1_000, by: .crc32)
        #expect(sample.misplaced(.murmur2) == 5 && sample.contradicts(.murmur2) == nil)
        #expect(try judge(sample, .murmur2)?.hasPrefix("5 of 5 keys") == true)
    }

    @Test("a viewer in the wrong partition is known as such, when it is new and later")
    func viewers() throws {
        let key = try #require(PrivacyKey(hex: String(repeating: "0b", count: 32)))
        let place = InputPlace(.crc32, partition: 3, of: 8)
        var table = ViewerTable(key: key, place: place)
        var misplaced = 0
        for _ in 0..<2 {
            for number in 0..<100 {
                let viewer = Array("viewer-\(number)".utf8)
                let identity = table.identity(of: viewer.span)
                #expect(identity.isMisplaced == (Partitioner.crc32.partition(of: viewer.span, count: 8) != 3))
                if identity.isMisplaced { misplaced += 1 }
            }
        }
        #expect(misplaced > 100)
        #expect(InputPlace(.any, partition: 3, of: 8) == nil)
    }

    @Test("an application keeps its partitioner")
    func recorded() throws {
        for partitioner in Settings.Partitioner.allCases {
            var settings = Settings()
            settings.fixed.partitioner = partitioner
            var writer = ProtoWriter()
            SettingsRecord.write(settings, &writer)
            var reader = ProtoReader(writer.bytes.span)
            #expect(try SettingsRecord.read(&reader).fixed.partitioner == partitioner)
        }
    }

    @Test("warnings about single records come once a minute, with the number of records")
    func warnings() {
        let statistics = PipelineStatistics()
        #expect(statistics.countMisplaced(1, 1_000) == 1)
        for time in 0..<50 { #expect(statistics.countMisplaced(1, 2_000 + Int64(time)) == nil) }
        #expect(statistics.countMisplaced(1, 61_000) == 51)
        #expect(statistics.snapshot.misplaced == 52)
    }
}

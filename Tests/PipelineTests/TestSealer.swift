import ShoalClustering
import ShoalSchemas

@testable import ShoalPipeline

extension RecordSealer {
    static let test = RecordSealer(testKey, topic: "test", partition: 0)
    static let testKey = PrivacyKey(bytes: (0..<32).map { 41 &* $0 &+ 5 })
}

extension ModelRecord {
    /// Returns the model as it is read after it was written.
    func readAgain(by sealer: RecordSealer = .test) throws -> ModelRecord {
        try OpenedModel(sealed(), by: sealer).record()
    }

    /// Returns the sealed record of the model topic.
    func sealed() throws -> Chunks.Whole {
        var records = RecordBuffer()
        append(to: &records, by: .test, largestChunk: .max >> 1)
        var part = Chunks.Chunk()
        for entry in records.entries {
            guard let value = entry.value else { continue }
            var reader = ProtoReader(records.bytes.span.extracting(value))
            try part.read(&reader)
        }
        var assembly = Chunks.Assembly(number: 0, firstOffset: 0)
        guard let whole = try assembly.add(part) else { throw ProtoError.badValue }
        return whole
    }
}

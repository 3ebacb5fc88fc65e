import ShoalClustering
import ShoalSchemas
import ShoalSettings
import Testing

@testable import ShoalPipeline

/// The keys of the uses, as `docs/determinism.md` describes them.
@Suite("One key for each use")
struct KeyUseTests {
    private let key = PrivacyKey(bytes: (0..<32).map { 29 &* $0 &+ 3 })

    @Test("HKDF gives the known answers of RFC 5869, with and without salt")
    func knownAnswers() throws {
        try Cryptography.selfTest()
        let derived = try HKDF.key(secret: [UInt8](repeating: 0x0B, count: 22), salt: [], info: [], count: 42)
        #expect(
            Hex.text(derived)
                == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
    }

    @Test("every use has another key, and none is the privacy key")
    func different() {
        let keys = KeyUse.allCases.map { key.derived($0) } + [(0..<32).map { 29 &* $0 &+ 3 }]
        #expect(Set(keys).count == KeyUse.allCases.count + 1)
        #expect(keys.allSatisfy { $0.count == 32 })
    }

    @Test("a published pseudonym leads back to the stored one, and is another")
    func published() {
        let pseudonyms = PublishedPseudonyms(key)
        for viewer in 0..<1_000 {
            let stored = key.storedPseudonym(of: Array("viewer-\(viewer)".utf8))
            for period: Int64? in [nil, 0, 2_800] {
                let published = pseudonyms.published(stored, in: period)
                #expect(published != stored && pseudonyms.stored(published, in: period) == stored)
            }
            #expect(pseudonyms.published(stored, in: 2_800) != pseudonyms.published(stored, in: 2_801))
        }
        let viewer = Array("anna".utf8)
        #expect(
            key.publishedPseudonym(of: viewer) == pseudonyms.published(key.storedPseudonym(of: viewer), in: nil))
    }

    /// Whoever may write to the input chooses viewer ids, and reads their pseudonyms in the output.
    @Test("no viewer id gives a key, the fingerprint, or the hash of a topic")
    func chosenViewers() {
        var secrets: Set<UInt128> = []
        for use in KeyUse.allCases {
            let bytes = key.derived(use)
            for half in [bytes.prefix(16), bytes.suffix(16)] {
                secrets.insert(half.reduce(0) { $0 << 8 | UInt128($1) })
            }
        }
        let topics = KeyedTopics(key)
        let names = ["chess", "cats"].map { Array($0.utf8) }
        for name in names { secrets.insert(topics.candidate(name[...])) }
        var ids: [[UInt8]] = ["shoal/viewers", "shoal/events", "shoal/key"].map { Array($0.utf8) }
        for use in KeyUse.allCases {
            ids += [use.rawValue, "shoal/\(use.rawValue)", "shoal/3/\(use.rawValue)"].map { Array($0.utf8) }
            ids.append(Array("shoal/3/\(use.rawValue)".utf8) + [1])
        }
        for name in names { ids += [name, Array("topic\0".utf8) + name, Array("candidate\0".utf8) + name] }
        for id in ids {
            #expect(!secrets.contains(key.storedPseudonym(of: id)))
            #expect(!secrets.contains(key.publishedPseudonym(of: id)))
            #expect(UInt64(truncatingIfNeeded: key.publishedPseudonym(of: id) >> 64) != key.fingerprint)
        }
        let member = key.storedPseudonym(of: ids[0])
        let message = Hex.bytes(of: member) + names[0]
        let mark = topics.mark(names[0][...], member)
        #expect(UInt32(truncatingIfNeeded: key.storedPseudonym(of: message) >> 96) != mark)
        #expect(UInt32(truncatingIfNeeded: key.publishedPseudonym(of: message) >> 96) != mark)
    }

    @Test("the order of samples tells nothing of the pseudonym")
    func order() {
        var table = ViewerTable(key: key)
        let viewer = Array("anna".utf8)
        let identity = table.identity(of: viewer.span)
        #expect(identity.pseudonym == key.storedPseudonym(of: viewer))
        let digest = HMAC(key, .storedPseudonym).digest(viewer.span)
        #expect(![digest.words.0, digest.words.1, digest.words.2, digest.words.3].contains(identity.order))
    }

    @Test("only the key finds the position in the id of a change")
    func position() {
        let (ids, others) = (ChangeIDs(key), ChangeIDs(PrivacyKey(bytes: (0..<32).map { 31 &* $0 &+ 5 })))
        let (change, other): ([UInt8], [UInt8]) = ([1, 2, 3], [1, 2, 4])
        for place in [(0, 0), (7, 12), (1_048_574, 1 << 47)] as [(Int32, Int64)] {
            let position = ChangeIDs.Position(partition: place.0, offset: place.1)
            let id = ids.id(of: change.span, at: position)
            #expect(ids.position(of: id) == position && others.position(of: id) != position)
            #expect(ids.id(of: other.span, at: position) != id)
        }
        #expect(ids.position(of: ids.id(of: change.span, at: nil)) == nil)
    }

    @Test("the same change has another id under another key")
    func changeID() throws {
        func id(_ key: PrivacyKey) throws -> UInt128 {
            var records = RecordBuffer()
            let change = MemberChange(
                member: 7, from: 0, to: 3, reason: .event, model: 4, offset: 12, time: 1_000, epoch: 6)
            ChangeRecord(format: .protobuf, key: key)
                .append([change], partition: 2, memberships: false, to: &records)
            let value = try #require(records.entries.first?.value)
            return try ClusterChange(Array(records.bytes[value])).id
        }
        let other = PrivacyKey(bytes: (0..<32).map { 31 &* $0 &+ 5 })
        #expect(try id(key) == id(key))
        #expect(try id(key) != id(other))
    }
}

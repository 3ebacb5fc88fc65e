package import ShoalClustering
internal import ShoalSchemas

/// Computes the keyed values of the engine.
package struct KeyedTopics: TopicKeys {
    private let candidates: HMAC
    private let marks: HMAC
    private let pseudonyms: PublishedPseudonyms

    package init(_ key: PrivacyKey) {
        candidates = HMAC(key, .candidate)
        marks = HMAC(key, .mark)
        pseudonyms = PublishedPseudonyms(key)
    }

    package func rank(of member: Pseudonym, in period: Int64?) -> UInt128 { pseudonyms.published(member, in: period) }

    package func candidate(_ name: ArraySlice<UInt8>) -> UInt128 {
        candidates.digest(Array(name).span).first16
    }

    package func mark(_ name: ArraySlice<UInt8>, _ member: Pseudonym) -> UInt32 {
        let message: [UInt8] = Hex.bytes(of: member) + name
        return marks.digest(message.span).first4
    }
}

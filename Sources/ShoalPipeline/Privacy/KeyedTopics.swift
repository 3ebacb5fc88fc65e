package import ShoalClustering
internal import ShoalSchemas

/// Computes the keyed hashes of topics for the engine.
package struct KeyedTopics: TopicKeys {
    private let hmac: HMAC

    package init(_ key: PrivacyKey) {
        hmac = HMAC(key)
    }

    package func candidate(_ name: ArraySlice<UInt8>) -> UInt128 {
        begin("topic", name)
        return hmac.finish().first16
    }

    package func mark(_ name: ArraySlice<UInt8>, _ member: Pseudonym) -> UInt32 {
        begin("mark", name)
        let tail: [UInt8] = [0] + Array(Hex.bytes(of: member))
        hmac.add(tail.span)
        return hmac.finish().first4
    }

    private func begin(_ purpose: String, _ name: ArraySlice<UInt8>) {
        hmac.start()
        let head: [UInt8] = Array(purpose.utf8) + [0] + name
        hmac.add(head.span)
    }
}

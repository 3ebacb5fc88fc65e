internal import ShoalClustering
package import ShoalPipeline
internal import ShoalSchemas

/// The final memberships of a replay as a file: one line for each eligible member, ascending by published pseudonym.
package struct MembershipFile: Sendable {
    package enum Format: Sendable {
        /// `{"member":"<32 digits>","cluster":5}`, with `null` for none.
        case ndjson
        /// `member,cluster` with a header, and an empty field for none.
        case csv

        /// Chooses by the file's name: CSV for `.csv`, otherwise NDJSON.
        package init(path: String) {
            self = path.lowercased().hasSuffix(".csv") ? .csv : .ndjson
        }
    }

    package let bytes: [UInt8]

    /// - Parameters:
    ///   - result: A result with the final places of members.
    ///   - key: The key under which the replay ran.
    package init(_ result: ReplayResult, key: PrivacyKey, _ format: Format) {
        let pseudonyms = PublishedPseudonyms(key)
        let members = result.places.map { (pseudonyms.published($0, in: result.period), $1) }.sorted { $0.0 < $1.0 }
        var bytes: [UInt8] = []
        if case .csv = format { bytes += Array("member,cluster\n".utf8) }
        for (member, cluster) in members {
            let digits = Hex.text(Hex.bytes(of: member))
            switch format {
            case .csv: bytes += Array("\(digits),\(cluster == 0 ? "" : "\(cluster)")\n".utf8)
            case .ndjson:
                bytes += Array("{\"member\":\"\(digits)\",\"cluster\":\(cluster == 0 ? "null" : "\(cluster)")}\n".utf8)
            }
        }
        self.bytes = bytes
    }
}

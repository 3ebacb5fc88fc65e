public import ShoalClustering
internal import ShoalSchemas

/// Encodes a phase as the metadata string of a committed offset: `v1;genesis`, `v1;open=412`, `v1;waiting=413`, and
/// within an opening `v1;waiting=413;at=<32 hex digits>`, and within a rotation of pseudonyms `v1;joining=413` and
/// `v1;leaving=413`, with the same addition.
public enum PhaseMetadata {
    public static func text(_ phase: Phase) -> String {
        switch phase {
        case .genesis: "v1;genesis"
        case .open(let epoch): "v1;open=\(epoch)"
        case .waiting(let epoch, let rank): "v1;waiting=\(epoch)" + place(rank)
        case .rotating(let epoch, let half, let rank): "v1;\(half.rawValue)=\(epoch)" + place(rank)
        }
    }

    private static func place(_ rank: UInt128?) -> String { rank.map { ";at=\(Hex.text($0))" } ?? "" }

    /// Decodes a phase. Returns `nil` for other text, such as that of a newer version or of another program.
    public static func phase(_ text: String) -> Phase? {
        let words = text.split(separator: ";", omittingEmptySubsequences: false)
        guard words.count >= 2, words[0] == "v1" else { return nil }
        if words.count == 2, words[1] == "genesis" { return .genesis }
        let value = words[1].split(separator: "=", maxSplits: 1)
        guard value.count == 2, let epoch = Epoch(value[1]), Limits.epochs.contains(epoch) else { return nil }
        if value[0] == "open" { return words.count == 2 ? .open(epoch) : nil }
        var rank: UInt128?
        if words.count > 2 {
            guard words.count == 3, words[2].hasPrefix("at="), let place = Hex.pseudonym(words[2].dropFirst(3)) else {
                return nil
            }
            rank = place
        }
        if value[0] == "waiting" { return .waiting(epoch, after: rank) }
        return Phase.Rotation(rawValue: String(value[0])).map { .rotating(epoch, $0, after: rank) }
    }
}

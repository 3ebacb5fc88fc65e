public import ShoalClustering
internal import ShoalSchemas

/// Encodes a phase as the metadata string of a committed offset: `v1;genesis`, `v1;open=412`, `v1;waiting=413`, and
/// within an opening `v1;waiting=413;at=<32 hex digits>`.
public enum PhaseMetadata {
    public static func text(_ phase: Phase) -> String {
        switch phase {
        case .genesis: "v1;genesis"
        case .open(let epoch): "v1;open=\(epoch)"
        case .waiting(let epoch, nil): "v1;waiting=\(epoch)"
        case .waiting(let epoch, let member?): "v1;waiting=\(epoch);at=\(Hex.text(member))"
        }
    }

    /// Decodes a phase. Returns `nil` for other text, such as that of a newer version or of another program.
    public static func phase(_ text: String) -> Phase? {
        let words = text.split(separator: ";", omittingEmptySubsequences: false)
        guard words.count >= 2, words[0] == "v1" else { return nil }
        if words.count == 2, words[1] == "genesis" { return .genesis }
        let value = words[1].split(separator: "=", maxSplits: 1)
        guard value.count == 2, let epoch = Epoch(value[1]), Limits.epochs.contains(epoch) else { return nil }
        switch (value[0], words.count) {
        case ("open", 2): return .open(epoch)
        case ("waiting", 2): return .waiting(epoch, after: nil)
        case ("waiting", 3):
            guard words[2].hasPrefix("at="), let member = Hex.pseudonym(words[2].dropFirst(3)) else { return nil }
            return .waiting(epoch, after: member)
        default: return nil
        }
    }
}

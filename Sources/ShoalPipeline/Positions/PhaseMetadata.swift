public import ShoalClustering

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

/// Encodes the coordinator's phase as `v1;model=genesis` or `v1;model=412`, the last published model.
public enum ModelMetadata {
    public static func text(_ version: Epoch?) -> String {
        version.map { "v1;model=\($0)" } ?? "v1;model=genesis"
    }

    /// Returns the last model's version, `.some(nil)` for the genesis model, or `nil` for other text.
    public static func version(_ text: String) -> Epoch?? {
        guard text.hasPrefix("v1;model=") else { return nil }
        let value = text.dropFirst("v1;model=".count)
        if value == "genesis" { return .some(nil) }
        guard let epoch = Epoch(value), Limits.epochs.contains(epoch) else { return nil }
        return .some(epoch)
    }
}

/// Converts to and from lower-case hexadecimal digits.
public enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Returns 32 digits.
    public static func text(_ pseudonym: Pseudonym) -> String {
        var buffer: [UInt8] = []
        append(pseudonym, to: &buffer)
        return String(decoding: buffer, as: UTF8.self)
    }

    /// Appends 32 digits.
    public static func append(_ pseudonym: Pseudonym, to buffer: inout [UInt8]) {
        for shift in stride(from: 124, through: 0, by: -4) {
            buffer.append(digits[Int(truncatingIfNeeded: pseudonym >> UInt128(shift)) & 15])
        }
    }

    /// Returns the 16 bytes of a pseudonym.
    static func bytes(of pseudonym: Pseudonym) -> [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: pseudonym >> UInt128(120 - 8 * $0)) }
    }

    public static func text(_ bytes: some Sequence<UInt8>) -> String {
        var buffer: [UInt8] = []
        for byte in bytes {
            buffer.append(digits[Int(byte >> 4)])
            buffer.append(digits[Int(byte & 15)])
        }
        return String(decoding: buffer, as: UTF8.self)
    }

    /// Returns the pseudonym of exactly 32 hexadecimal digits, or `nil`.
    public static func pseudonym(_ text: some StringProtocol) -> Pseudonym? {
        guard text.utf8.count == 32, text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") })
        else { return nil }
        return Pseudonym(text, radix: 16)
    }

    /// Returns the bytes of an even number of hexadecimal digits, or `nil`.
    public static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        let digits = text.utf8.map { digit -> UInt8? in
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
            default: nil
            }
        }
        guard digits.count.isMultiple(of: 2), digits.allSatisfy({ $0 != nil }) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { (digits[$0] ?? 0) << 4 | (digits[$0 + 1] ?? 0) }
    }
}

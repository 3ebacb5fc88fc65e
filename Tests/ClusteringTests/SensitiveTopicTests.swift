import Foundation
import TestSupport
import Testing

@testable import ShoalClustering

@Suite("Sensitive topics")
struct SensitiveTopicTests {
    private static let script = TestBroker.root.appending(path: "scripts/topic_skeletons.py").path
    private static let interpreter: String = {
        let found = TestBroker.pythonFolder.appending(path: "python").path
        return FileManager.default.isExecutableFile(atPath: found) ? found : "/usr/bin/python3"
    }()
    /// Whether Python has the Unicode version that the table was written with.
    private static let hasVersion =
        (try? run(interpreter, [script, "version"]))?.trimmingCharacters(in: .whitespacesAndNewlines)
        == "\(TopicSkeleton.unicodeVersion)"

    private func skeleton(_ text: String) -> String {
        String(decoding: TopicSkeleton.of(Array(text.utf8)[...]), as: UTF8.self)
    }

    @Test(
        "spellings of a name that differ in case, composition, width, white space or invisible characters are one",
        arguments: [
            ("épilepsie", "Épilepsie"), ("épilepsie", "e\u{301}pilepsie"), ("épilepsie", "E\u{301}PILEPSIE"),
            ("ВИЧ", "вич"), ("straße", "STRASSE"), ("straße", "STRAẞE"), ("HIV", "hiv\t"), ("HIV", "HIV\u{200B}"),
            ("HIV", "ＨＩＶ"), ("HIV", "ｈｉｖ"), ("HIV", "\u{FEFF}H\u{AD}I\u{2060}V\u{3000}"), ("HIV", "𝐇𝐈𝐕"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"), ("ﬁnance", "FINANCE"), ("한국", "\u{1112}\u{1161}\u{11AB}국"),
            ("가", "\u{1100}\u{1161}"), ("ガ", "ｶﾞ"), ("mental health", "Mental\u{A0}Health"),
            ("ᾳ\u{301}", "α\u{345}\u{301}"), ("ṩ", "s\u{307}\u{323}"), ("İstanbul", "i\u{307}stanbul"),
        ])
    func spellings(pattern: String, name: String) {
        #expect(
            TopicPattern(Array(pattern.utf8)).matches(Array(name.utf8)[...]), "\(skeleton(pattern)) \(skeleton(name))")
        #expect(TopicPattern(Array(name.utf8)).matches(Array(pattern.utf8)[...]))
        #expect(SensitiveTopics([Array(pattern.utf8)]).contains(Array(name.utf8)[...]))
    }

    @Test(
        "other names are others",
        arguments: [("HIV", "HIV-1"), ("épilepsie", "epilepsie"), ("e*", "é"), ("вич", "виц")])
    func others(pattern: String, name: String) {
        #expect(!SensitiveTopics([Array(pattern.utf8)]).contains(Array(name.utf8)[...]))
    }

    @Test("an asterisk at the end is a prefix, and is refused elsewhere")
    func asterisks() {
        let topics = SensitiveTopics([Array("Santé＊ ".utf8), Array("hiv".utf8)])
        #expect(topics.contains(Array("SANTE\u{301} mentale".utf8)[...]) && topics.contains(Array("santé".utf8)[...]))
        #expect(!topics.contains(Array("sant".utf8)[...]) && !topics.contains(Array("hiv+".utf8)[...]))
        for text in ["*health*", "*health", "a*b", "**", "he*lth*", "＊x", " ", "\u{200B}"] {
            #expect(TopicPattern.problem(Array(text.utf8)) != nil, "\(text)")
        }
        for text in ["health*", "*", "health", "health＊"] {
            #expect(TopicPattern.problem(Array(text.utf8)) == nil, "\(text)")
        }
        #expect(SensitiveTopics([]).isEmpty && !SensitiveTopics([]).contains([]))
    }

    @Test("the skeletons of all code points are those of the script")
    func allCodePoints() {
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325
        var text: [UInt8] = []
        let ranges: [Range<UInt32>] = [0..<0xD800, 0xE000..<0x40000, 0xE0000..<0xE1000]
        for value in ranges.joined() {
            guard let scalar = Unicode.Scalar(value), let bytes = UTF8.encode(scalar) else { continue }
            text.removeAll(keepingCapacity: true)
            text += bytes
            for byte in TopicSkeleton.of(text[...]) + [0xFF] { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        #expect(digest == SkeletonTable.digest)
    }

    @Test(
        "the table is what the script writes, and random names have the skeletons of Python's unicodedata",
        .enabled(if: hasVersion, "needs a Python with the Unicode version of the table"))
    func pythonAgrees() throws {
        #expect(try run(Self.interpreter, [Self.script, "check"]).isEmpty)
        var random = SplitMix64(seed: UInt64(ProcessInfo.processInfo.environment["SEED"] ?? "") ?? 11)
        // Letters and marks that interact, besides all others.
        let special =
            Array("aAeéÉςΣσßẞİıﬃΐᾳᾼ".unicodeScalars).map(\.value)
            + [
                0x300, 0x301, 0x307, 0x308, 0x323, 0x327, 0x345, 0x34F, 0x1100, 0x1161, 0x11A8, 0xAC00, 0x0344, 0x3099,
                0xFF9E,
            ]
        var names: [String] = []
        while names.count < 20_000 {
            var name = String.UnicodeScalarView()
            for _ in 0...random.next() % 8 {
                let value =
                    switch random.next() % 4 {
                    case 0: UInt32(truncatingIfNeeded: random.next() % 0x3_0000)
                    case 1: UInt32(truncatingIfNeeded: random.next() % 0x3000)
                    default: special[Int(random.next() % UInt64(special.count))]
                    }
                if let scalar = Unicode.Scalar(value) { name.append(scalar) }
            }
            if !name.isEmpty { names.append(String(name)) }
        }
        let digits = Array("0123456789abcdef".utf8)
        func line(_ bytes: some Sequence<UInt8>) -> String {
            String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
        }
        let input = names.map { line($0.utf8) + "\n" }.joined()
        let lines = try run(Self.interpreter, [Self.script, "compute"], input: input).split(
            separator: "\n", omittingEmptySubsequences: false)
        for (name, expected) in zip(names, lines) {
            let found = line(TopicSkeleton.of(Array(name.utf8)[...]))
            #expect(found == String(expected), "\(name.unicodeScalars.map { String($0.value, radix: 16) })")
            if found != String(expected) { break }
        }
    }
}

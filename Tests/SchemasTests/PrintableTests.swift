import ShoalSchemas
import Testing

@Suite("Untrusted text")
struct PrintableTests {
    @Test(
        "cursor, direction and line control characters are escaped",
        arguments: [
            ("plain, größer, 日本語, 👩‍🚀", "plain, größer, 日本語, 👩‍🚀"), ("\u{1B}[2Jred\n", "\\u{1b}[2Jred\\u{a}"),
            ("a\u{7F}\u{85}\u{9B}b", "a\\u{7f}\\u{85}\\u{9b}b"),
            ("\u{200E}\u{202E}evil\u{2066}", "\\u{200e}\\u{202e}evil\\u{2066}"),
            ("\u{2028}\u{FFFF}\u{1FFFE}", "\\u{2028}\\u{ffff}\\u{1fffe}"),
        ])
    func printable(_ text: String, _ shown: String) {
        #expect(text.printable == shown)
    }

    @Test("text of several lines keeps them, and JSON keeps its values")
    func forms() throws {
        #expect("a\n\u{1B}b\n".printableLines == "a\n\\u{1b}b\n")
        let json = "{\n\"a\": \"x\u{9B}2J\u{202E}\u{1FFFE}\"}"
        #expect(json.printableJSON == "{\n\"a\": \"x\\u009b2J\\u202e\\ud83f\\udffe\"}")
    }
}

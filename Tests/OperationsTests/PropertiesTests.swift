import ShoalOperations
import Testing

@Suite("Properties files")
struct PropertiesTests {
    private func pairs(_ text: String) -> [String] {
        Properties.parse(text).entries.map { "\($0.line) \($0.key)|\($0.value)" }
    }

    @Test("separators, comments, empty lines and white space are parsed as in Java")
    func separators() {
        let text = "# one\n! two\n\na=1\n  b : 2\nc 3\nd\t=\t4\ne=\nf\ng==x\nh = i # no comment\n"
        #expect(
            pairs(text) == ["4 a|1", "5 b|2", "6 c|3", "7 d|4", "8 e|", "9 f|", "10 g|=x", "11 h|i # no comment"])
    }

    @Test("an odd number of backslashes continues a line, and line numbers count from its start")
    func continuation() {
        #expect(pairs("a=1,\\\n   2,\\\n\t3\nb=x\\\\\nc=y") == ["1 a|1,2,3", "4 b|x\\", "5 c|y"])
        #expect(pairs("a=1\\\n# not a comment\nb=2") == ["1 a|1# not a comment", "3 b|2"])
        #expect(pairs("a=1\\") == ["1 a|1"], "the end of the file ends it, too")
    }

    @Test("escapes of separators in keys and of characters beyond 16 bits are decoded")
    func escapes() {
        #expect(pairs(#"a\ b\=c\:d=\u00e9\t\q\\"#) == ["1 a b=c:d|é\tq\\"])
        #expect(pairs(#"a=\uD83D\uDC1F!"#) == ["1 a|🐟!"])
    }

    @Test("all line endings end lines, and no other characters do")
    func lineEnds() {
        #expect(pairs("a=1\r\nb=2\rc=3\n\rd=4") == ["1 a|1", "2 b|2", "3 c|3", "5 d|4"])
        #expect(pairs("a=x\u{2028}y\u{85}z") == ["1 a|x\u{2028}y\u{85}z"])
        #expect(pairs("\u{FEFF}a=1") == ["1 a|1"], "a byte order mark is not part of the key")
        #expect(pairs("a=e\u{301}\nb=\u{301}=") == ["1 a|e\u{301}", "2 b|\u{301}="])
    }

    @Test("a mistake affects only its line", arguments: [#"\u12"#, #"\u12g4"#, #"\u+123"#, #"\uD83D"#, #"\uD83Dx"#])
    func mistakes(_ value: String) {
        let (entries, mistakes) = Properties.parse("a=1\nb=\(value)\nc=3")
        #expect(entries.map(\.key) == ["a", "c"])
        #expect(mistakes.map(\.line) == [2])
    }
}

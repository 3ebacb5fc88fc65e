import Testing

@testable import ShoalSchemas

@Suite("Converting files to JSON lines")
struct FileShapeTests {
    /// Converts a file in pieces of `step` bytes.
    private func lines(_ text: String, step: Int) -> String {
        let bytes = Array(text.utf8)
        guard var converter = FileShape(bytes).converter else { return "as it is" }
        var lines: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: step) {
            converter.convert(bytes[start..<min(start + step, bytes.count)], into: &lines)
        }
        converter.finish(into: &lines)
        return String(decoding: lines, as: UTF8.self)
    }

    @Test(
        "lists and objects over several lines become lines",
        arguments: [
            (#"[{"a":"]}\"["},{"b":[1,2]}]"#, "{\"a\":\"]}\\\"[\"}\n{\"b\":[1,2]}\n"),
            ("[\n  {\n \"a\": 1\n},\n{\"b\":{}}\n]\n", "{  \"a\": 1 }\n{\"b\":{}}\n"),
            ("{\n\"a\":1\n}\n{\r\n\"b\":2}\n", "{ \"a\":1 }\n{  \"b\":2}\n"), ("[]", ""),
            ("{\"a\":1}\n{\"b\":2}\n", "as it is"), ("{\"a\":1}", "as it is"), ("", "as it is"), ("[1,2]", "as it is"),
            ("[{\"a\":1},{\"b\":", "{\"a\":1}\n{\"b\":\n"),
        ])
    func values(text: String, expected: String) {
        for step in [1, 3, 1_000] { #expect(lines(text, step: step) == expected) }
    }

    @Test("a long object with lists of objects is those lists")
    func wrapped() {
        let element = #"{"u":"x","tags":[{"n":1}]}"#
        let list = Array(repeating: element, count: 5_000).joined(separator: ", ")
        let text =
            #"{"meta":{"v":[1]},"data":[\#(list)],"s":"[{","n":[1,{"x":2}],"o":{"p":[{"q":1}]},"#
            + #""e":[],"rest": [ {"no":1}, {"no":2} ]} {"behind":[{"r":1}]}"#
        let expected = Array(repeating: element + "\n", count: 5_000).joined() + "{\"no\":1}\n{\"no\":2}\n"
        for step in [7, 1_000] { #expect(lines(text, step: step) == expected) }
        #expect(lines(#"{"data":[{"a":1}]}"#, step: 5) == "as it is")
    }

    @Test(
        "rows of a table become objects",
        arguments: [
            ("a,b\n1,x y\n,\"q, \"\"r\"\"\"\n", "{\"a\":\"1\",\"b\":\"x y\"}\n{\"b\":\"q, \\\"r\\\"\"}\n"),
            ("a;b,c;b\r\n1;2;3\r\n", "{\"a\":\"1\",\"b,c\":\"2\",\"b\":\"3\"}\n"),
            ("a\tb\n1\t\"two\nlines\"", "{\"a\":\"1\",\"b\":\"two\\u000alines\"}\n"),
            ("a|a|\n 1 |2|3|4\n", "{\"a\":\"1\",\"a_2\":\"2\",\"column3\":\"3\",\"column4\":\"4\"}\n"),
            ("1,2\n3,4\n", "{\"column1\":\"1\",\"column2\":\"2\"}\n{\"column1\":\"3\",\"column2\":\"4\"}\n"),
            ("a,b\n\n,\n\"\",x\\y\n", "{}\n{\"b\":\"x\\\\y\"}\n"),
        ])
    func tables(text: String, expected: String) {
        for step in [1, 4, 1_000] { #expect(lines(text, step: step) == expected) }
    }
}

import Testing

@testable import ShoalSchemas

@Suite("JSON scanner")
struct JSONScannerTests {
    /// Scans a text, and returns the result or the refusal.
    private func scan<Value>(
        _ text: String, _ body: (inout JSONScanner, inout WatchEvent) throws(Rejection) -> Value
    ) -> Result<Value, Rejection> {
        let bytes = Array(text.utf8)
        var (scanner, event) = (JSONScanner(bytes.span), WatchEvent())
        do throws(Rejection) {
            let value = try body(&scanner, &event)
            try scanner.end()
            return .success(value)
        } catch {
            return .failure(error)
        }
    }

    private func text(_ json: String) -> Result<String, Rejection> {
        scan(json) { scanner, event throws(Rejection) in
            let range = try scanner.string(into: &event)
            return String(decoding: event.text[range], as: UTF8.self)
        }
    }

    private func integer(_ json: String) -> Result<Int64, Rejection> {
        scan(json) { scanner, _ throws(Rejection) in try scanner.integer() }
    }

    private func weight(_ json: String) -> Result<UInt32, Rejection> {
        scan(json) { scanner, _ throws(Rejection) in try scanner.weight() }
    }

    private func skip(_ json: String) -> Result<Bool, Rejection> {
        scan(json) { scanner, _ throws(Rejection) in
            try scanner.skipValue()
            return true
        }
    }

    @Test("strings are read with their escapes")
    func strings() {
        #expect(text(#""""#) == .success(""))
        #expect(text(#" "a é" "#) == .success("a é"))
        #expect(text(#""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00""#) == .success("\"\\/\u{8}\u{C}\n\r\té😀"))
    }

    @Test(
        "damaged strings are refused",
        arguments: [
            (#""a"#, .badJSON), (#""\"#, .badJSON), (#""\q""#, .badJSON), (#""\u12"#, .badJSON),
            ("\"\u{1}\"", .badJSON), (#""\ud800""#, .badUTF8), (#""\ud800\u0041""#, .badUTF8), ("a", .badJSON),
            (#""a"b"#, .badJSON),
        ] as [(String, Rejection)])
    func badStrings(json: String, rejection: Rejection) {
        #expect(text(json) == .failure(rejection))
    }

    @Test(
        "whole numbers are read as numbers and as strings, and fractions are cut",
        arguments: [
            ("0", 0), ("-0", 0), ("42", 42), ("-42", -42), ("\"42\"", 42), ("6e4", 60_000), ("12.9", 12), ("0.5", 0),
            ("1200e-2", 12), ("9007199254740993", 9_007_199_254_740_993),
        ] as [(String, Int64)])
    func integers(json: String, value: Int64) {
        #expect(integer(json) == .success(value))
    }

    @Test(
        "what is not a 64-bit number is refused",
        arguments: [
            ("9223372036854775808", .numberOutOfRange), ("1e30", .numberOutOfRange), ("01", .badJSON), ("1.", .badJSON),
            ("1e", .badJSON), ("-", .badJSON), ("\"\"", .badField), ("\" 1\"", .badField), ("true", .badField),
            ("[]", .badField), ("", .badJSON),
        ] as [(String, Rejection)])
    func badIntegers(json: String, rejection: Rejection) {
        #expect(integer(json) == .failure(rejection))
    }

    @Test("weights are rounded to 16 fractional bits")
    func weights() {
        #expect(weight("1") == .success(1 << 16))
        #expect(weight("0.5") == .success(1 << 15))
        #expect(weight("\"0.25\"") == .success(1 << 14))
        #expect(weight("0.00000762939453125") == .success(1))
        #expect(weight("0.00000762939453124") == .success(0))
        for bad in ["-1", "65536", "1e9"] { #expect(weight(bad) == .failure(.badWeight)) }
    }

    @Test("values of unknown fields are skipped, and their form is checked")
    func skipping() {
        for json in ["1", "null", "true", #""a""#, "[]", "{}", #"{"a":[1,{"b":null},"c"],"d":{}}"#] {
            #expect(skip(json) == .success(true), "\(json)")
        }
        for json in ["[1", "{1:2}", #"{"a"}"#, "[1,]", "nul", "[1}", String(repeating: "[", count: 70)] {
            #expect(skip(json) == .failure(.badJSON), "\(json)")
        }
    }
}

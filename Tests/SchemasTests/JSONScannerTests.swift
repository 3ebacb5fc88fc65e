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

    @Test("a number is the same in quotation marks, in which it is read digit by digit")
    func plainNumbers() {
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        func digits(_ most: Int) -> String { (0..<random(most + 1)).map { _ in "\(random(10))" }.joined() }
        var read = (integers: 0, weights: 0)
        for _ in 0..<20_000 {
            let whole = digits(16)
            let json = random(2) == 0 ? whole : "\(whole).\(digits(16))"
            let (integer, quoted) = (integer(json), self.integer("\"\(json)\""))
            let (weight, quotedWeight) = (weight(json), self.weight("\"\(json)\""))
            if case .success = integer { read.integers += 1 }
            if case .success = weight { read.weights += 1 }
            // A bad form is told as that of a field in quotation marks.
            #expect(integer == quoted || integer == .failure(.badJSON) && quoted == .failure(.badField), "\(json)")
            #expect(
                weight == quotedWeight || weight == .failure(.badJSON) && quotedWeight == .failure(.badField),
                "\(json)")
        }
        #expect(read.integers > 1_000 && read.weights > 1_000)
        for json in ["1.0e1", "1E1", "10e0", "1.5e1"] { #expect(integer(json) == integer("\"\(json)\"")) }
    }

    @Test("a string of any length is read up to its end, and a byte that is not plain is found at any place")
    func plainStrings() {
        for length in 0..<40 {
            let plain = String((0..<length).map { Character(Unicode.Scalar(UInt8(0x23 + $0))) })
            for (more, expected) in [
                ("", plain), ("\\\"", plain + "\""), ("\\u0041", plain + "A"), ("é", plain + "é"),
                ("\u{7F}", plain + "\u{7F}"),
            ] {
                for rest in ["", "x", "a longer rest of the string"] {
                    #expect(text("\"\(plain)\(more)\(rest)\"") == .success(expected + rest))
                }
            }
            for bad in ["\u{0}", "\u{1F}", "\n"] { #expect(text("\"\(plain)\(bad)x\"") == .failure(.badJSON)) }
            #expect(text("\"\(plain)") == .failure(.badJSON))
        }
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

import ShoalOperations
import Testing

@testable import ShoalOperator

@Suite("Answers that are kept until the next model")
struct AnswerCacheTests {
    @Test("an answer is made once for a model and the same arguments")
    func kept() {
        let cache = AnswerCache(bound: 100)
        var made = 0
        func ask(_ path: String, _ query: [String: String] = [:], at version: Int64) -> String {
            cache.answer(to: HTTPRequest(path: path, query: query), at: version) {
                made += 1
                return HTTPResponse("\(path) \(query["at"] ?? "") \(version)")
            }.body
        }
        #expect(ask("/a", at: 1) == "/a  1" && ask("/a", at: 1) == "/a  1" && made == 1)
        #expect(ask("/a", ["at": "5"], at: 1) == "/a 5 1" && ask("/b", at: 1) == "/b  1" && made == 3)
        #expect(ask("/a", at: 2) == "/a  2" && made == 4)
        #expect(ask("/a", at: 1) == "/a  1" && made == 5, "a late answer about an earlier model is right, and not kept")
        #expect(ask("/a", at: 2) == "/a  2" && made == 5)
    }

    @Test("errors are not kept, and neither are more bytes than the bound")
    func bounds() {
        let cache = AnswerCache(bound: 100)
        var made = 0
        func ask(_ path: String, size: Int, status: Int = 200) {
            _ = cache.answer(to: HTTPRequest(path: path), at: 1) {
                made += 1
                return HTTPResponse(String(repeating: "x", count: size), status: status)
            }
        }
        for _ in 0..<2 { ask("/error", size: 1, status: 404) }
        for _ in 0..<2 { ask("/large", size: 101) }
        #expect(made == 4)
        for path in ["/1", "/2", "/1", "/2"] { ask(path, size: 50) }
        #expect(made == 6)
        for path in ["/3", "/3", "/1"] { ask(path, size: 50) }
        #expect(made == 8, "the third answer has replaced the first two")
    }
}

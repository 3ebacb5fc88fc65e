import Foundation
import Testing

@testable import ShoalOperations

@Suite("Keys that can be guessed")
struct WeakKeyTests {
    @Test(
        "are refused",
        arguments: [
            String(repeating: "0", count: 64), String(repeating: "5a", count: 32), String(repeating: "0aF9", count: 16),
            (0..<32).map { String(format: "%02x", $0) }.joined(),
            (0..<32).map { String(format: "%02X", 255 - $0) }.joined(), String(repeating: "0123456789abcdef", count: 4),
            "00000000000000000000000000000000000000000000000000000000deadbeef",
            // Sixteen random bytes, twice, and thirteen that repeat.
            String(repeating: "5ac3071e94d86b2ff0417be6a2d95c38", count: 2),
            String(String(repeating: "5ac3071e94d86b2ff0417be6a2", count: 3).prefix(64)),
            Array("The quick brown fox jumps over a".utf8).map { String(format: "%02x", $0) }.joined(),
            "3141592653589793238462643383279502884197169399375105820974944592",
            // The SHA-256 of an empty text, and of `password`.
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "5E884898DA28047151D0E56F8DC6292773603D0D6AABBDD62A11EF721D1542D8",
            "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        ])
    func weak(key: String) {
        #expect(WeakKey.problem(key) != nil)
    }

    @Test("random keys are accepted")
    func random() {
        for _ in 0..<1_000 {
            let key = (0..<32).map { _ in String(format: "%02x", UInt8.random(in: 0...255)) }.joined()
            #expect(WeakKey.problem(key) == nil, "\(key)")
        }
    }
}

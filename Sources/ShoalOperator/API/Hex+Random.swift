import ShoalSchemas

extension Hex {
    /// Returns two digits for each of so many random bytes: a token.
    static func random(bytes count: Int) -> String {
        var random = SystemRandomNumberGenerator()
        return text((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    }
}

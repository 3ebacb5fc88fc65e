/// Pseudonym keys that the program accepts: 64 hexadecimal digits without a pattern.
public enum TestKey {
    public static let digits = "5ac3071e94d86b2ff0417be6a2d95c38810f6d2eb79453ca1de8067fb3a4429c"
    /// A key that differs from `digits`.
    public static let other = "c1706d3f58ae92b40b1ce7d85f3a9604dd21b87e4c936af0258f7bce13a06498"
}

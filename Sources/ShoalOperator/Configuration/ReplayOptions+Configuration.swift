package import ShoalOperations
import ShoalPipeline
package import ShoalReplay
import ShoalSettings

extension ReplayOptions {
    /// Creates the options of a replay with the configured settings.
    /// - Throws: `Configuration.Invalid`.
    package init(_ configuration: Configuration) throws {
        try Cryptography.selfTest()
        // What shows pseudonyms requires a key. For the rest, a well-known one is acceptable if none is configured.
        self.init(
            settings: configuration[\.engine], key: try configuration.key(or: String(repeating: "00", count: 32)))
        vocabulary = try configuration.vocabulary()
        input = configuration.inputOptions
    }
}

package import ShoalOperations
import ShoalPipeline
package import ShoalReplay

extension Configuration {
    /// The topics of a recorded run.
    package var topicsOfRun: Verification.Topics {
        .init(input: topics.input, output: topics.changes, models: topics.models)
    }

    /// Checks that the run's key is configured.
    /// - Throws: `Invalid` if it is not.
    package func requireKeyOfRun() throws {
        guard privacyKey == nil else { return }
        throw Invalid(problems: [
            "neither privacy.key-file nor SHOAL_PRIVACY_KEY is set: verify requires the key of the run"
        ])
    }
}

import ShoalClustering
package import ShoalOperations
package import ShoalPipeline
package import ShoalReplay
import ShoalSchemas
import ShoalSettings

extension Configuration {
    /// How to create a key, for messages.
    package static let keyAdvice = "Create one with `(umask 077; openssl rand -hex 32 > shoal.key)`"

    /// Returns the privacy key.
    /// - Parameter purpose: What requires it, for the message.
    /// - Throws: `Invalid` if none is configured.
    @discardableResult
    package func requireKey(_ purpose: String) throws(Invalid) -> PrivacyKey {
        if let problem = missingKey(purpose) { throw Invalid(problems: [problem]) }
        return try key(or: "")
    }

    /// Returns the privacy key; of other digits if none is configured.
    /// - Throws: `Invalid` if it has another form.
    func key(or digits: String) throws(Invalid) -> PrivacyKey {
        guard let key = PrivacyKey(hex: privacyKey ?? digits) else {
            throw Invalid(problems: ["privacy.key-file: the key is not 64 hexadecimal digits"])
        }
        return key
    }

    /// Returns the period of the pseudonyms in the output at a time in ms since 1970; nil if they are not rotated.
    package func pseudonymPeriod(at time: Int64) -> Int64? {
        self[\.engine.fixed].period(of: time / self[\.engine.fixed.epochLength])
    }

    /// Returns the pseudonyms of viewers in the output, 32 hexadecimal digits each.
    /// - Parameter time: The time in ms since 1970 of the epoch in which they are published; nil: now.
    /// - Throws: `Invalid` if no key is configured.
    package func pseudonyms(of viewers: [[UInt8]], at time: Int64? = nil) throws(Invalid) -> [String] {
        let key = try requireKey("pseudonyms require the key of the run")
        let period = pseudonymPeriod(at: time ?? Erasure.now)
        return key.publishedPseudonyms(of: viewers, in: period).map { Hex.text($0) }
    }

    /// Returns the pseudonym by which the audit log names a member.
    /// - Throws: `Invalid` if no key is configured.
    package func pseudonym(of subject: Explanation.Subject) throws(Invalid) -> String {
        switch subject {
        case .viewer(let id): try pseudonyms(of: [id])[0]
        case .published(let pseudonym): Hex.text(pseudonym)
        }
    }

    /// Returns the problem that no key is configured; nil if there is one.
    func missingKey(_ purpose: String) -> String? {
        privacyKey == nil ? "neither privacy.key-file nor SHOAL_PRIVACY_KEY is set: \(purpose)" : nil
    }
}

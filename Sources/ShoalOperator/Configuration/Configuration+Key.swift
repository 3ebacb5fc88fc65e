package import ShoalOperations
package import ShoalPipeline

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

    /// Returns the problem that no key is configured; nil if there is one.
    func missingKey(_ purpose: String) -> String? {
        privacyKey == nil ? "neither privacy.key-file nor SHOAL_PRIVACY_KEY is set: \(purpose)" : nil
    }
}

/// Records were sealed with another privacy key than the configured one.
package struct KeyMismatch: Error, Equatable {
    /// Returns the message for users.
    package func message(_ application: String) -> String {
        "privacy.key-file differs from the key that application \(application) started with: its records cannot be "
            + "read, and every pseudonym would change. Give the key of the application"
    }
}

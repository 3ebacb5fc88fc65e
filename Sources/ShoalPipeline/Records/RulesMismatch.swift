internal import ShoalClustering

/// A recorded model was computed by different rules than those of this program, so that later models would not be
/// comparable.
package struct RulesMismatch: Error, Equatable {
    /// The rules that the model names.
    package var recorded: Int64

    package init(recorded: Int64) {
        self.recorded = recorded
    }

    /// Returns the message for users: both versions and the remedy.
    package func message(_ application: String) -> String {
        let start = "Cannot continue application \(application): this program decides by rules \(Model.rules), "
        guard recorded < Model.rules else {
            return start
                + "and the application was begun by rules \(recorded) of a later release. A downgrade is not possible: run "
                + "that release, or start this one under a new application.id."
        }
        return start
            + "and the application was begun by rules \(recorded). Start it under a new application.id, or run `shoal "
            + "reset` and start again under this one; the release that began it can still continue it."
    }
}

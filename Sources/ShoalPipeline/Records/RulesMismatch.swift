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
        let (previous, current) = (LifecycleRules.previous.version, LifecycleRules.current.version)
        let start =
            "Cannot continue application \(application): this version of Shoal continues rules \(previous) and "
            + "\(current), "
        guard recorded < current else {
            return start
                + "and the application has rules \(recorded) of a later release. A downgrade is not possible. "
                + "Run that release, or start a new application with another application.id."
        }
        return start
            + "and the application has rules \(recorded). Start a new application with another application.id, reset "
            + "this one with `shoal reset`, or continue it with the release before."
    }
}

/// One run of a scenario, and its finding.
struct Run {
    var scenario: Scenario
    /// The rule that is left out.
    var off: Rule?

    /// Creates the run of a seed. If a rule is left out, situations that the rule handles are more frequent.
    init(seed: UInt64, off: Rule? = nil) {
        scenario = Scenario.random(seed)
        self.off = off
        var draws = Draws(seed, 4)
        off?.emphasise(&scenario, &draws)
    }

    /// Runs the scenario and returns its finding; `nil` for none.
    func finding(log: ((String) -> Void)? = nil) -> String? {
        do throws(Finding) {
            try Simulation(scenario, off: off, log: log).run()
            return nil
        } catch {
            return error.description
        }
    }
}

/// One run of a scenario, and what it found.
struct Run {
    var scenario: Scenario
    /// The rule that is left out.
    var off: Rule?

    /// The run of a seed. Leaving a rule out makes what it is about happen oftener.
    init(seed: UInt64, off: Rule? = nil) {
        scenario = Scenario.random(seed)
        self.off = off
        var draws = Draws(seed, 4)
        off?.emphasise(&scenario, &draws)
    }

    /// nil: nothing.
    func finding(log: ((String) -> Void)? = nil) -> String? {
        do throws(Finding) {
            try Simulation(scenario, off: off, log: log).run()
            return nil
        } catch {
            return error.description
        }
    }
}

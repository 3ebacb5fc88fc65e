public import ShoalClustering

extension Settings {
    /// Validates recorded settings: as the configuration does, but for lower bounds that no arithmetic needs.
    public func validate() throws(ImpossibleValue) {
        if let problem = policy.problem { throw ImpossibleValue("privacy.policy: \(problem)") }
        let values = SettingValues(engine: self)
        for setting in Setting.recorded {
            guard let range = setting.recordedRange, let number = setting.number(in: values),
                !range.contains(number)
            else { continue }
            throw ImpossibleValue(
                "\(setting.name) is \(number), which is outside \(range.lowerBound)…\(range.upperBound)")
        }
    }
}

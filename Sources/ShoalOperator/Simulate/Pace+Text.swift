extension Pace {
    /// - Parameter text: A positive number, or `max`.
    /// - Throws: `UsageError`.
    package init(_ text: String) throws {
        let speed = Double(text)
        guard text == "max" || speed.map({ $0 > 0 && $0.isFinite }) == true else {
            throw UsageError(description: "--speed \(text): must be a number above 0, or max")
        }
        self.init(speed: text == "max" ? nil : speed)
    }
}

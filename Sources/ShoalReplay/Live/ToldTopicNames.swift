internal import ShoalClustering

/// The names of the topics that descriptions have told, by numbers of their own.
struct ToldTopicNames: Sendable {
    private var names: [String] = []
    private var numbers: [String: UInt32] = [:]
    /// Whether a name may still be told, by its number.
    private var isTold: [Bool] = []
    private var sensitive: SensitiveTopics?
    private var settings: Settings?

    /// Whether all names may still be told.
    private(set) var areAllTold = true

    /// Decides which names may be told under the settings of the newest model.
    mutating func apply(_ settings: Settings) {
        if let known = self.settings, known.policy == settings.policy, known.sensitiveTopics == settings.sensitiveTopics
        {
            return
        }
        let sensitive = SensitiveTopics(settings)
        (self.sensitive, self.settings) = (sensitive, settings)
        isTold = names.map { sensitive.tells(Array($0.utf8)[...]) }
        areAllTold = isTold.allSatisfy(\.self)
    }

    /// Returns the number of a name; nil if it may not be told.
    mutating func number(of name: String) -> UInt32? {
        if let number = numbers[name] { return isTold[Int(number)] ? number : nil }
        guard sensitive?.tells(Array(name.utf8)[...]) ?? true else { return nil }
        let number = UInt32(names.count)
        names.append(name)
        isTold.append(true)
        numbers[name] = number
        return number
    }

    /// Returns a name; nil if it may not be told any more.
    subscript(number: UInt32) -> String? { isTold[Int(number)] ? names[Int(number)] : nil }

    /// Returns the names of a list that may still be told.
    func told(_ list: [String]) -> [String] {
        areAllTold ? list : list.filter { numbers[$0].map { isTold[Int($0)] } ?? false }
    }
}

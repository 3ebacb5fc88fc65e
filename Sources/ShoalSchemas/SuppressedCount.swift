/// The class of the number of suppressed clusters: none, 1 to 4, or 5 and more. The number itself is not told.
package enum SuppressedCount {
    /// Returns the lower bound of the class: 0, 1 or 5.
    package static func bound(_ count: Int) -> Int { count < 5 ? min(count, 1) : 5 }

    /// Returns a short name of the class with this lower bound: `0`, `1-4` or `5+`.
    package static func name(_ bound: Int, none: String = "0", to dash: String = "-") -> String {
        bound == 0 ? none : bound < 5 ? "1\(dash)4" : "5+"
    }

    /// Describes the class with this lower bound.
    package static func text(_ bound: Int) -> String {
        switch bound {
        case 0: "none suppressed"
        case ..<5: "1 to 4 suppressed"
        default: "5 or more suppressed"
        }
    }
}

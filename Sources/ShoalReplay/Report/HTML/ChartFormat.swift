/// The sizes in which charts are drawn: for wide windows and paper, and for phones. The page shows the one that fits.
enum ChartFormat: CaseIterable, Sendable {
    case wide
    case phone

    var name: String { self == .wide ? "wide" : "phone" }
    var width: Double { self == .wide ? 1_080 : 358 }
    /// The number of distinguishable points of a series.
    var points: Int { self == .wide ? 360 : 120 }
}

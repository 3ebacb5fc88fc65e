/// A pattern of light lines or dots on a colour, which keeps clusters of one colour apart.
struct Texture: Sendable {
    /// The CSS class of a swatch.
    let name: String
    private let size: Int
    /// The strokes of one tile of `size` pixels.
    private let strokes: String
    /// The background of a swatch in CSS, above its colour.
    let background: String

    static let all = [
        Texture(
            name: "t1", size: 7, strokes: "M-1 8L8 -1M-1 1L1 -1M6 8L8 6",
            background: "repeating-linear-gradient(135deg,transparent 0 2px,var(--bg) 2px 3.5px)"),
        Texture(
            name: "t2", size: 7, strokes: "M0 3.5H7",
            background: "repeating-linear-gradient(transparent 0 2px,var(--bg) 2px 3.5px)"),
        Texture(
            name: "t3", size: 7, strokes: "M-1 -1L8 8M6 -1L8 1M-1 6L1 8",
            background: "repeating-linear-gradient(45deg,transparent 0 2px,var(--bg) 2px 3.5px)"),
        Texture(
            name: "t4", size: 7, strokes: "M3.5 0V7",
            background: "repeating-linear-gradient(90deg,transparent 0 2px,var(--bg) 2px 3.5px)"),
    ]

    /// Returns the fill of a shape.
    /// - Parameters:
    ///   - id: the id of the definition.
    ///   - color: the CSS class of the colour.
    func pattern(_ id: String, color: String) -> Markup {
        """
        <pattern id="\(id)" class="\(color)" width="\(size)" height="\(size)" patternUnits="userSpaceOnUse">\
        <rect width="\(size)" height="\(size)" /><path class="texture" d="\(strokes)" /></pattern>
        """
    }
}

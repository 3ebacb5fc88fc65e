extension String {
    /// Returns the text with blanks up to a column, and at least one.
    package func padding(to width: Int) -> String {
        count >= width ? self + " " : self + String(repeating: " ", count: width - count)
    }
}

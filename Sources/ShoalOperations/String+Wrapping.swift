extension String {
    /// Returns the lines of the text, which are broken between words.
    /// - Parameter width: The most characters of a line, unless a word is longer.
    public func wrappedLines(_ width: Int) -> [String] {
        var lines = [""]
        for word in split(separator: " ") {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if last.count + 1 + word.count <= width {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    /// Returns the text with its paragraphs, which are its lines, broken between words.
    public func wrapped(_ width: Int) -> String {
        split(separator: "\n", omittingEmptySubsequences: false)
            .flatMap { String($0).wrappedLines(width) }
            .joined(separator: "\n")
    }
}

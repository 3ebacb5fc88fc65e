package import ShoalSchemas

extension EventMapping {
    /// Checks that the records of a file can be read with the mapping.
    /// - Throws: `ReplayError` if it reads keys or headers, which records of files do not have.
    package func checkSources(of path: String) throws(ReplayError) {
        guard let first = recordParts.first else { return }
        throw ReplayError(
            .input,
            "\(path): the mapping reads \(recordParts.joined(separator: " and ")), but records of a file have no key and no "
                + "headers. Read them from a topic. A field of the object with that name is written \\\(first)")
    }
}

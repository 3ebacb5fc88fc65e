import Foundation
import ShoalScoring

/// Runs scikit-learn's k-means with ten starts in a Python process, as a second opinion for the ceiling.
struct ScikitLearn: Sendable {
    /// A Python with scikit-learn.
    let python: String

    /// Reads sparse rows, one per line, from standard input, and writes their labels, one per line.
    private static let program = """
        import sys, numpy, scipy.sparse, sklearn.cluster
        count, seed, dimension = (int(word) for word in sys.argv[1:])
        data, index, starts = [], [], [0]
        for line in sys.stdin:
            for word in line.split():
                topic, value = word.split(":")
                index.append(int(topic)); data.append(float(value))
            starts.append(len(index))
        rows = scipy.sparse.csr_matrix((data, index, starts), shape=(len(starts) - 1, dimension))
        means = sklearn.cluster.KMeans(count, n_init=10, random_state=seed).fit(rows)
        sys.stdout.write("\\n".join(str(label) for label in means.labels_))
        """

    /// - Throws: `BenchError` if the process fails.
    func labels(_ points: Points, count: Int, seed: Int) throws -> [Int32] {
        var text = ""
        for point in 0..<points.count {
            text += points.entries(point).map { "\($0.topic):\($0.value)" }.joined(separator: " ") + "\n"
        }
        let output = try run([String(count), String(seed), String(points.dimension)], Data(text.utf8))
        let labels = output.split(separator: "\n").compactMap { Int32($0) }
        guard labels.count == points.count else { throw BenchError("\(python) gave \(labels.count) labels") }
        return labels
    }

    private func run(_ arguments: [String], _ input: Data) throws -> String {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let (source, sink) = (directory.appendingPathComponent("in"), directory.appendingPathComponent("out"))
        try input.write(to: source)
        try Data().write(to: sink)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["-c", Self.program] + arguments
        // The runs themselves use all processors.
        process.environment = ProcessInfo.processInfo.environment.merging(["OMP_NUM_THREADS": "1"]) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: source)
        process.standardOutput = try FileHandle(forWritingTo: sink)
        do { try process.run() } catch {
            throw BenchError("\(python) cannot be started: \(error.localizedDescription)")
        }
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchError("\(python) failed with status \(process.terminationStatus): has it scikit-learn?")
        }
        return try String(contentsOf: sink, encoding: .utf8)
    }
}

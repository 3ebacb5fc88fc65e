public import Clustering

/// What two runs over the same input make of it, A and B: which clusters correspond, which members end elsewhere, and what
/// either costs. Of viewers it holds nothing but counts, like the reports that it is made from.
public struct DiffReport: Codable, Equatable, Sendable {
    /// A run, and what it is called.
    public struct Side: Codable, Equatable, Sendable {
        public var name: String
        public var report: ReplayReport
        /// It is what a live group has recorded, and was not run: how its members' profiles were, and how much work it was, is
        /// not known.
        public var isRecorded: Bool

        public init(name: String, report: ReplayReport, isRecorded: Bool = false) {
            self.name = name
            self.report = report
            self.isRecorded = isRecorded
        }
    }

    /// A setting that is not the same; nil: it is unset.
    public struct Difference: Codable, Equatable, Sendable {
        public var name: String
        public var a: String?
        public var b: String?
    }

    /// Clusters of A and those of B that they correspond to (Spiliopoulou, Ntoutsi, Theodoridis and Schult, 2006: MONIC, with a
    /// threshold of one half): a cluster goes with the one that holds at least half of its members, in either direction.
    public struct Match: Codable, Equatable, Sendable {
        public enum Kind: String, Codable, CaseIterable, Sendable {
            /// One and one.
            case same
            /// One of A, several of B.
            case split
            /// Several of A, one of B.
            case merged
            /// Several and several.
            case regrouped
            /// Only in A, or only in B.
            case gone
            case new
        }

        public var kind: Kind
        public var a: [ClusterID]
        public var b: [ClusterID]
        /// Members at the end, of those that both runs know.
        public var membersOfA: Int64
        public var membersOfB: Int64
        /// Those who are in both.
        public var shared: Int64
    }

    /// Where members end, compared.
    public struct Members: Codable, Equatable, Sendable {
        /// All who are eligible in either run.
        public var compared: Int64 = 0
        /// In clusters that are the same.
        public var same: Int64 = 0
        /// In clusters that correspond, but were split, merged or grouped anew.
        public var regrouped: Int64 = 0
        /// In clusters that do not correspond.
        public var elsewhere: Int64 = 0
        /// In a cluster of one run only, or of neither.
        public var onlyA: Int64 = 0
        public var onlyB: Int64 = 0
        public var neither: Int64 = 0

        public init() {}
    }

    public var a: Side
    public var b: Side
    public var settings: [Difference]
    /// Those with the most members first.
    public var matches: [Match]
    public var members: Members
    /// How many members are in a cluster of A and in one of B, those of fewer than `privacy.min-cluster-size` only counted.
    public var flows: [ReplayReport.Flows.Flow]
    public var hidden: Int64
    /// All decisions are the same.
    public var isSame: Bool

    /// - Parameters:
    ///   - places: how many members end in a cluster of A and one of B, for the outside, at most once for each pair; 0: in none.
    ///   - least: fewer members are not told of (the larger `privacy.min-cluster-size`).
    public init(a: Side, b: Side, places: [(a: ClusterID, b: ClusterID, members: Int64)], least: Int64) {
        (self.a, self.b) = (a, b)
        settings = Self.differences(a.report.settings, b.report.settings)
        let counts = places.filter { $0.members > 0 }.sorted { ($0.a, $0.b) < ($1.a, $1.b) }
        let matching = ClusterMatching(
            counts, a: a.report.living.map(\.id), b: b.report.living.map(\.id))
        matches = matching.matches
        members = matching.members
        flows = counts.filter { $0.members >= least }.map { .init(from: $0.a, to: $0.b, members: $0.members) }
        hidden = counts.filter { $0.members < least }.reduce(0) { $0 + $1.members }
        isSame = !a.report.digest.isEmpty && a.report.digest == b.report.digest
    }

    private static func differences(
        _ a: [ReplayReport.Setting], _ b: [ReplayReport.Setting]
    ) -> [Difference] {
        let first = Dictionary(a.map { ($0.name, $0.value) }) { first, _ in first }
        let second = Dictionary(b.map { ($0.name, $0.value) }) { first, _ in first }
        return Set(first.keys).union(second.keys).sorted().compactMap { name in
            first[name] == second[name] ? nil : Difference(name: name, a: first[name], b: second[name])
        }
    }

    /// The report as one line of JSON, like a replay's; `schemas/diff_report.schema.json` describes it.
    public func json() throws -> String { try ReportJSON.encode(self) }

    /// A report from its JSON form.
    public init(json: String) throws { self = try ReportJSON.decode(Self.self, json) }
}

public import ShoalClustering

/// A comparison of two runs, A and B, over the same input: matching clusters, members in different clusters, and the
/// cost of each run. Like the reports it is made from, it contains only counts of viewers.
public struct DiffReport: Codable, Equatable, Sendable {
    /// A run and its name.
    public struct Side: Codable, Equatable, Sendable {
        public var name: String
        public var report: ReplayReport
        /// Whether the run was recorded by a live group instead of computed here. The profiles of its members and its
        /// cost are unknown then.
        public var isRecorded: Bool

        public init(name: String, report: ReplayReport, isRecorded: Bool = false) {
            self.name = name
            self.report = report
            self.isRecorded = isRecorded
        }
    }

    /// A setting that differs. `nil` means unset.
    public struct Difference: Codable, Equatable, Sendable {
        public var name: String
        public var a: String?
        public var b: String?
    }

    /// Matching clusters of A and B. Two clusters match if one of them holds at least half of the other's members
    /// (MONIC: Spiliopoulou, Ntoutsi, Theodoridis and Schult, 2006, with threshold ½).
    public struct Match: Codable, Equatable, Sendable {
        public enum Kind: String, Codable, CaseIterable, Sendable {
            /// One cluster of A and one of B.
            case same
            /// One cluster of A and several of B.
            case split
            /// Several clusters of A and one of B.
            case merged
            /// Several clusters of A and several of B.
            case regrouped
            /// A cluster that exists only in A or only in B.
            case gone
            case new
        }

        public var kind: Kind
        public var a: [ClusterID]
        public var b: [ClusterID]
        /// Final members, counting only members known to both runs.
        public var membersOfA: Int64
        public var membersOfB: Int64
        /// Members common to both.
        public var shared: Int64
    }

    /// A comparison of the members' final clusters.
    public struct Members: Codable, Equatable, Sendable {
        /// All members that are eligible in either run.
        public var compared: Int64 = 0
        /// Members in clusters that match one to one.
        public var same: Int64 = 0
        /// Members in clusters that match but were split, merged or regrouped.
        public var regrouped: Int64 = 0
        /// Members in clusters that do not match.
        public var elsewhere: Int64 = 0
        /// Members that are in a cluster of one run only, or of neither.
        public var onlyA: Int64 = 0
        public var onlyB: Int64 = 0
        public var neither: Int64 = 0

        public init() {}
    }

    public var a: Side
    public var b: Side
    public var settings: [Difference]
    /// Matches, those with the most members first.
    public var matches: [Match]
    public var members: Members
    /// Members per pair of clusters of A and B. Pairs with fewer than `privacy.min-cluster-size` members are only
    /// counted.
    public var flows: [ReplayReport.Flows.Flow]
    public var hidden: Int64
    /// Whether all decisions of both runs are equal.
    public var isSame: Bool

    /// - Parameters:
    ///   - places: Members by published final cluster in A and in B, at most one entry for each pair. 0 means none.
    ///   - least: The smallest number of members that is reported (the larger `privacy.min-cluster-size`).
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

    /// Returns the report as one line of JSON. The schema is `schemas/diff_report.schema.json`.
    public func json() throws -> String { try ReportJSON.encode(self) }

    /// Decodes a report from its JSON form.
    public init(json: String) throws { self = try ReportJSON.decode(Self.self, json) }
}

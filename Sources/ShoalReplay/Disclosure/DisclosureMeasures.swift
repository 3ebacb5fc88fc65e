/// What the output of a run discloses. Shares and lifts are millionths. Numbers of viewers are nil if they are below
/// `privacy.min-cluster-size`.
package struct DisclosureMeasures: Codable, Equatable, Sendable {
    static let day: Int64 = 86_400_000

    /// The members of a published cluster, or in none, in an epoch.
    package struct Group: Codable, Equatable, Sendable {
        /// The share of the group's members who have the trait, and that of all members in this epoch.
        package var share: Int64
        package var prior: Int64
        /// share / prior.
        package var lift: Int64
        /// The start of the epoch that was opened with the group.
        package var time: Int64
        /// Whether its members are in no published cluster.
        package var isNone: Bool

        package var distance: Int64 { abs(share - prior) }
    }

    package struct Trait: Codable, Equatable, Sendable {
        package var kind: DisclosureTraits.Kind
        package var name: String
        /// The viewers of the log who have it; nil if they are too few to tell anything of them but whether bounds hold.
        package var viewers: Int64?
        /// The share of members at the end who have it.
        package var prior: Int64?
        /// The group with the highest share in relation to the prior, and the one that is farthest from the prior: over all
        /// epochs, among groups of at least `privacy.min-cluster-size` members.
        package var highest: Group?
        package var farthest: Group?
        /// The same at the end.
        package var highestAtEnd: Group?
        package var farthestAtEnd: Group?
        /// The share of all members and epochs in groups beyond a bound.
        package var beyond: Int64?
        /// How often a subscriber who knows the trait of half of the pseudonyms orders a pseudonym with the trait, of the
        /// other half, before one without: by the last published cluster, and by all changes. At the end, or in the worst
        /// period of pseudonyms. nil if it was not measured, because too few have the trait.
        package var aucCluster: Int64?
        package var aucHistory: Int64?
        package var holdsLift = true
        package var holdsDistance = true
        /// nil if it was not measured.
        package var holdsAUC: Bool?
    }

    package struct Sequences: Codable, Equatable, Sendable {
        /// `day`; `rotation`: the worst of all periods of pseudonyms; `end`.
        package var at: String
        /// The number of days of UTC; the first one has the first published change.
        package var days: Int?
        /// Pseudonyms in the output, and changes of each, in hundredths.
        package var members: Int64
        package var changes: Int64
        /// The shares of those whose sequence of clusters is unique, and is that of fewer than ten.
        package var unique: Int64
        package var fewerThanTen: Int64
        /// The number of pseudonyms with the same sequence, at the median.
        package var medianSet: Int64
        /// The same with the epoch of each change.
        package var timedUnique: Int64
        package var timedFewerThanTen: Int64
    }

    package struct Sizes: Codable, Equatable, Sendable {
        /// How many members are seen in the published cluster of a member, over members and epochs: at 1, 10, 50 and 90 %.
        package var quantiles: [Int64?] = []
        /// The size of the smallest published cluster, with its members of whom no change has been published yet.
        package var smallest: Int64?
        package var least: Int64
        package var holds = true
        /// The share of members and epochs in a cluster in which fewer than `least` are seen.
        package var seenUnderLeast: Int64 = 0
        /// The share of members and epochs in no published cluster.
        package var none: Int64 = 0
        /// The shares of epochs with no suppressed cluster, with 1 to 4, and with 5 or more.
        package var suppressed: [Int64] = []
        /// The mean number of members in suppressed clusters, rounded down to a multiple of `privacy.min-cluster-size`.
        package var suppressedMembers: Int64 = 0
    }

    package struct Forging: Codable, Equatable, Sendable {
        package var viewers: Int64
        package var records: Int64
        /// The event time until the cluster is published.
        package var milliseconds: Int64
        package var holds: Bool
    }

    /// Of how many percent of the members a size is told.
    package static let percents: [Int64] = [1, 10, 50, 90]

    /// Epochs of which groups were measured.
    package var epochs: Int
    package var traits: [Trait]
    package var sequences: [Sequences]
    package var sizes: Sizes
    package var forging: Forging
}

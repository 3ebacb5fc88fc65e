/// The number of eligible viewers at which the first clusters are created (`clusters.seed-members`).
public enum SeedMembers: Equatable, Sendable, ExpressibleByIntegerLiteral {
    /// As soon as they carry two clusters that are published, see `SeedPlan`.
    case auto
    case number(Int)

    public init(integerLiteral value: Int) { self = .number(value) }
}

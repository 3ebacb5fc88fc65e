/// When a change of a member is published, and under which of its pseudonyms.
struct Moment {
    /// The time of the change, in ms; nil in genesis.
    var time: Int64?
    /// The period of the pseudonym; nil if pseudonyms are not rotated.
    var period: Int64?
}

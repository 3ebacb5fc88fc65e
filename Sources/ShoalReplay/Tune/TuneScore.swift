package import ShoalClustering
internal import ShoalScoring

/// The measures of one set of settings. Shares, moves, bits and points are millionths.
package struct TuneScore: Codable, Equatable, Sendable {
    /// The bits by which a later watch is less surprising if the viewer's cluster is known, instead of only how popular
    /// topics are.
    package var gain: Int64
    /// The share of later watches that the clusters predict, and that the most popular topics of all viewers predict.
    package var predicted: Int64
    package var popular: Int64
    /// Moves for each eligible member and day.
    package var movesPerDay: Int64
    /// The share of eligible members in a published cluster at the end.
    package var published: Int64
    /// Members of published clusters at the end.
    package var members: Int64
    /// Published clusters at the end, and the lower bound of the number of suppressed ones: 0, 1 or 5.
    package var clusters: Int
    package var suppressed: Int
    /// The agreement of clusters over privacy keys; nil: it was not measured.
    package var agreement: Int64?

    /// The share of the gain that one move for each member and day costs.
    static let priceOfMoves = 0.5

    /// - Parameter start: The time from which moves count.
    init(_ result: ReplayResult, _ prediction: TunePrediction, since start: Int64) {
        let watches = max(prediction.watches, 1)
        gain = Int64((prediction.bits / watches * 1e6).rounded())
        predicted = Int64((prediction.hits / watches * 1e6).rounded())
        popular = Int64((prediction.popularHits / watches * 1e6).rounded())
        let last = result.report.rows.last
        movesPerDay =
            result.model.map { model in
                ReplayReport.Quality(
                    [ReplayReport.Quality.Member](), model: model, rows: result.report.rows.filter { $0.time > start }
                ).movesPerDay
            } ?? 0
        let eligible = last?.eligible ?? 0
        members = last?.members.reduce(0, +) ?? 0
        published = eligible > 0 ? min(members * 1_000_000 / eligible, 1_000_000) : 0
        (clusters, suppressed) = (last?.clusters.count ?? 0, last?.withheld ?? 0)
    }

    /// The number by which settings are compared: the gain, less the price of moves.
    package var points: Int64 {
        gain - Int64(Double(max(gain, 0)) * min(Double(movesPerDay) / 1e6, 1) * Self.priceOfMoves)
    }

    static func millionths(agreement pairs: [(Int32, Int32)]) -> Int64 {
        guard !pairs.isEmpty else { return 0 }
        return Int64((Agreement(pairs.map(\.0), pairs.map(\.1)).adjustedRand * 1e6).rounded())
    }
}

extension TuneLog {
    /// Tries settings on the first part, and judges them by the second one.
    /// - Returns: The score, and the published cluster of each member.
    package func score(_ replay: Replay) async throws -> (TuneScore, [Pseudonym: ClusterID]) {
        var replay = replay
        replay.keepsPlaces = true
        let result = try await replay.run(source())
        return (TuneScore(result, prediction(result.places, replay.options.key), since: start), result.places)
    }
}

import ShoalTesting
import Testing

@Test("who turns to cats moves to those who love cats")
func turnsToCats() throws {
    var shoal = try ShoalTestDriver(
        settings: ["clusters.seed-members": "20", "privacy.min-cluster-size": "5", "profile.half-life": "1h"],
        topics: ["chess", "go", "cats", "dogs"])
    for viewer in 0..<40 {
        for _ in 0..<5 {
            try shoal.pipe(TestEvent(viewer: "\(viewer)", topics: viewer < 20 ? ["chess", "go"] : ["cats", "dogs"]))
        }
    }
    try shoal.closeEpochs(4)
    #expect(shoal.clusters.map(\.members) == [20, 20])

    for _ in 0..<3 {
        try shoal.advance(by: .seconds(3_600))
        try shoal.pipe(TestEvent(viewer: "0", topics: ["cats"]))
    }
    #expect(shoal.readChanges().last?.kind == .memberMoved)
    #expect(shoal.cluster(of: "0") == shoal.cluster(of: "39"))
}

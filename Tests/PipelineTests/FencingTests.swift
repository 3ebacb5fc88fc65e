import Testing

@testable import Pipeline

@Suite("A fenced static member")
struct FencingTests {
    @Test("whoever is fenced on his first join, or while he has his place, has a twin")
    func twin() {
        var fencing = Fencing()
        #expect(fencing.fenced() == .twin)
        fencing = Fencing()
        fencing.assigned()
        #expect(fencing.fenced() == .twin)
        fencing.revoked()
        fencing.assigned()
        #expect(fencing.fenced() == .twin)
    }

    @Test("whoever lost his place may have been fenced by his own attempt to rejoin, a few times")
    func rejoining() {
        var fencing = Fencing()
        for _ in 0..<3 {
            fencing.assigned()
            fencing.revoked()
            for _ in 0..<Fencing.most { #expect(fencing.fenced() == .rejoin) }
        }
        #expect(fencing.fenced() == .twin)
    }
}

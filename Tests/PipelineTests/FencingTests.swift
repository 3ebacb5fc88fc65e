import Testing

@testable import Pipeline

@Suite("A fenced static member")
struct FencingTests {
    @Test("whoever is fenced while he has his place has a twin")
    func twin() {
        var fencing = Fencing()
        fencing.assigned()
        #expect(fencing.fenced() == .twin)
        fencing.revoked()
        fencing.assigned()
        #expect(fencing.fenced() == .twin)
    }

    @Test("whoever has no place may have been fenced by an attempt of his own, or a predecessor's, a few times")
    func joining() {
        var fencing = Fencing()
        for _ in 0..<Fencing.most { #expect(fencing.fenced() == .rejoin) }
        #expect(fencing.fenced() == .twin)
        fencing = Fencing()
        for _ in 0..<3 {
            fencing.assigned()
            fencing.revoked()
            for _ in 0..<Fencing.most { #expect(fencing.fenced() == .rejoin) }
        }
        #expect(fencing.fenced() == .twin)
    }
}

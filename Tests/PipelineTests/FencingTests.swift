import Testing

@testable import ShoalPipeline

@Suite("A fenced static member")
struct FencingTests {
    @Test("an active member that is fenced has a duplicate instance")
    func duplicateInstance() {
        var fencing = Fencing()
        fencing.assigned()
        #expect(fencing.fenced() == .duplicateInstance)
        fencing.revoked()
        fencing.assigned()
        #expect(fencing.fenced() == .duplicateInstance)
    }

    @Test("a joining member may be fenced a few times by an earlier attempt")
    func joining() {
        var fencing = Fencing()
        for _ in 0..<Fencing.most { #expect(fencing.fenced() == .rejoin) }
        #expect(fencing.fenced() == .duplicateInstance)
        fencing = Fencing()
        for _ in 0..<3 {
            fencing.assigned()
            fencing.revoked()
            for _ in 0..<Fencing.most { #expect(fencing.fenced() == .rejoin) }
        }
        #expect(fencing.fenced() == .duplicateInstance)
    }
}

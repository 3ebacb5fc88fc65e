import Testing

@testable import ShoalOperations

@Suite("Memory in use")
struct MemoryUseTests {
    @Test("a warning is due at 80 % of what is allowed, once, and again after it was below 70 %")
    func warning() {
        var warning = MemoryUse.Warning()
        let due = [50, 79, 80, 95, 75, 85, 69, 81, 81].map { percent in
            warning.isDue(MemoryUse(resident: percent, allowed: 100))
        }
        #expect(due == [false, false, true, false, false, false, false, true, false])
    }

    @Test("it is read from Linux, and the limit is never above the machine's memory")
    func now() throws {
        let use = try #require(MemoryUse.now)
        #expect(use.resident > 1 << 20 && use.resident < use.allowed)
        if let limit = MemoryLimit.bytes { #expect(use.allowed <= limit) }
    }
}

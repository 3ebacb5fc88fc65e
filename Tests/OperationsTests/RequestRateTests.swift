import Testing

@testable import ShoalOperations

@Suite("The rate of requests")
struct RequestRateTests {
    private let start = ContinuousClock.now

    @Test("a client may make as many requests as the burst at once, and then one in each interval")
    func bucket() {
        var rate = RequestRate(10, burst: 3)
        for _ in 0..<3 { #expect(rate.take("a", at: start) == nil) }
        #expect(rate.take("a", at: start) == .milliseconds(100))
        #expect(rate.take("b", at: start) == nil, "others are not concerned")
        #expect(rate.take("a", at: start + .milliseconds(99)) == .milliseconds(1))
        #expect(rate.take("a", at: start + .milliseconds(100)) == nil)
        #expect(rate.take("a", at: start + .milliseconds(150)) == .milliseconds(50))
        for _ in 0..<3 { #expect(rate.take("a", at: start + .seconds(9)) == nil) }
        #expect(rate.take("a", at: start + .seconds(9)) != nil)
    }

    @Test("clients beyond the number that is remembered share a rate, until others are forgotten")
    func bounded() {
        var rate = RequestRate(1, burst: 2)
        for number in 0..<RequestRate.mostClients { #expect(rate.take("\(number)", at: start) == nil) }
        #expect(rate.take("x", at: start) == nil && rate.take("y", at: start) == nil)
        #expect(rate.take("z", at: start) != nil && rate.take("7", at: start) == nil)
        #expect(rate.take("z", at: start + .seconds(2)) == nil && rate.take("y", at: start + .seconds(2)) == nil)
    }

    @Test("addresses of IPv6 count by their first half, and those of IPv4 whole")
    func clients() {
        let (first, second): ([UInt8], [UInt8]) = ([10, 0, 0, 1], [10, 0, 0, 2])
        let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
        #expect(HTTPConnections.client(first) != HTTPConnections.client(second))
        #expect(HTTPConnections.client(mapped + first) == HTTPConnections.client(first))
        let half: [UInt8] = [0x20, 1, 0xD, 0xB8, 0, 1, 0, 2]
        #expect(
            HTTPConnections.client(half + [UInt8](repeating: 1, count: 8))
                == HTTPConnections.client(half + [UInt8](repeating: 2, count: 8)))
        #expect(HTTPConnections.client(half.reversed() + half) != HTTPConnections.client(half + half))
    }
}

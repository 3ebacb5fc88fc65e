import Foundation
import Testing

@testable import ShoalOperations

@Suite("Ids of instances on one host")
struct InstanceClaimTests {
    private let application = "claims-\(UUID().uuidString)"

    @Test("a second process gets an id of its own, and one that is started again its former id")
    func own() throws {
        var first: InstanceClaim? = .first(application, host: "web")
        var second: InstanceClaim? = .first(application, host: "web")
        #expect(first?.id == "web" && second?.id == "web-2")
        first = nil
        #expect(InstanceClaim.first(application, host: "web").id == "web")
        second = nil
        #expect(InstanceClaim.first("\(application)-other", host: "web").id == "web", "each application has its own")
    }

    @Test("an id that was set is used, and others avoid it")
    func exact() {
        let set = InstanceClaim.exactly(application, id: "web")
        let again = InstanceClaim.exactly(application, id: "web")
        #expect(set.id == "web" && again.id == "web")
        withExtendedLifetime(set) { #expect(InstanceClaim.first(application, host: "web").id == "web-2") }
    }
}

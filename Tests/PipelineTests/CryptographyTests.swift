import Foundation
import TestSupport
import Testing

@testable import ShoalPipeline

@Suite("OpenSSL")
struct CryptographyTests {
    @Test("gives the known answers")
    func selfTest() throws {
        try Cryptography.selfTest()
    }

    @Test(
        "without a provider of HMAC and SHA-256 the start is refused with what is missing",
        arguments: ["run", "replay"])
    func noProvider(command: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "shoal-openssl-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "openssl.cnf")
        // A provider that is named replaces the default one.
        let text = """
            openssl_conf = start
            [start]
            providers = providers
            [providers]
            base = base
            [base]
            activate = 1

            """
        try Data(text.utf8).write(to: file)
        let events = folder.appending(path: "events.json")
        try Data("{\"user_id\":\"a\"}\n".utf8).write(to: events)
        let words =
            command == "run"
            ? ["run", "--set", "kafka.bootstrap.servers=127.0.0.1:1"] : ["replay", events.path]
        let result = try shoal(words, environment: ["OPENSSL_CONF": file.path, "SHOAL_PRIVACY_KEY": TestKey.digits])
        #expect(result.status == 78, "\(result.status): \(result.output)")
        #expect(result.output.contains("EVP_MAC_fetch") && result.output.contains("OPENSSL_CONF"), "\(result.output)")
    }
}

internal import CShoalGnuTLS
internal import CShoalMicroHTTPD
import Foundation
internal import ShoalSchemas
public import ShoalSettings

/// What a server needs to speak HTTPS.
public struct HTTPTLS: Sendable {
    /// The settings do not allow for it. One text for each mistake, with the setting's name.
    public struct Invalid: Error, Sendable {
        public var problems: [(setting: String, text: String)]
    }

    /// The certificate with its chain, its key, and the authorities of clients' certificates, as PEM.
    let certificate: String
    let key: String
    let authorities: String?

    static let (certificateName, keyName) = ("api.ssl.certificate.location", "api.ssl.key.location")
    static let authorityName = "api.ssl.ca.location"

    /// Reads the files. nil: no certificate is set.
    /// - Throws: `Invalid`, with all mistakes.
    public init?(_ values: SettingValues) throws(Invalid) {
        var problems: [(setting: String, text: String)] = []
        func read(_ file: String?, _ setting: String) -> String? {
            guard let file else { return nil }
            // A text with a zero byte would end there.
            guard let text = try? String(contentsOfFile: file, encoding: .utf8), !text.utf8.contains(0) else {
                let reason =
                    FileManager.default.fileExists(atPath: file) ? "cannot be read, or is not PEM" : "does not exist"
                problems.append((setting, "\(file.printable) \(reason)"))
                return nil
            }
            return text
        }
        let files = (values.apiCertificateFile, values.apiKeyFile, values.apiAuthorityFile)
        let certificate = read(files.0, Self.certificateName)
        let key = read(files.1, Self.keyName)
        let authorities = read(files.2, Self.authorityName)
        if (files.0 == nil) != (files.1 == nil) {
            let (one, other) =
                files.0 == nil ? (Self.keyName, Self.certificateName) : (Self.certificateName, Self.keyName)
            problems.append((one, "\(other), which belongs to it, is not set"))
        }
        if files.2 != nil, files.0 == nil {
            problems.append(
                (Self.authorityName, "\(Self.certificateName) is not set, so clients have no use for certificates"))
        }
        if files.2 != nil, values.apiAccessFile == nil {
            problems.append((Self.authorityName, "api.access-file, which gives roles to subjects, is not set"))
        }
        if let key = files.1, let problem = SecretFile.problem(ofKeyFile: key, harm: "others can pose as this server") {
            problems.append((Self.keyName, problem))
        }
        if let file = files.0, let certificate, let key {
            // Safe: the texts outlive the call.
            let code = unsafe shoal_tls_check_pair(certificate, key)
            if code < 0 {
                let other = files.1.map { " with \($0.printable)" } ?? ""
                problems.append((Self.certificateName, "\(file.printable)\(other): \(Self.text(code))"))
            }
        }
        if let file = files.2, let authorities {
            // Safe: the text outlives the call.
            let count = unsafe shoal_tls_count_authorities(authorities)
            if count <= 0 {
                let reason = count < 0 ? Self.text(count) : "has no certificate"
                problems.append((Self.authorityName, "\(file.printable): \(reason)"))
            }
        }
        if files.0 != nil, MHD_is_feature_supported(.FEATURE_TLS) != .YES {
            problems.append((Self.certificateName, "this system's libmicrohttpd was built without TLS"))
        }
        guard problems.isEmpty else { throw Invalid(problems: problems) }
        guard let certificate, let key else { return nil }
        (self.certificate, self.key, self.authorities) = (certificate, key, authorities)
    }

    /// The text of GnuTLS for an error.
    private static func text(_ code: Int32) -> String {
        // Safe: the text is a constant of the library.
        let text = unsafe gnutls_strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }

    /// Returns the subject of the certificate that a client sent, if it is valid; nil without one.
    /// - Parameter session: of GnuTLS; nil for a connection that is not secured.
    static func subject(_ session: UnsafeMutableRawPointer?) -> String? {
        guard let session = unsafe session else { return nil }
        // Safe: the session lives as long as its connection, and the text has as much room as is said.
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1_024) { text in
            guard unsafe shoal_tls_subject(session, text.baseAddress, text.count) > 0 else { return nil }
            return unsafe text.baseAddress.map { unsafe String(cString: $0) }
        }
    }
}

extension Configuration {
    /// Reads the files again that were checked when the configuration was read.
    public func apiTLS() throws(ListenError) -> HTTPTLS? {
        do throws(HTTPTLS.Invalid) {
            return try HTTPTLS(settings)
        } catch {
            throw ListenError(
                description: error.problems.map { "\($0.setting): \($0.text)" }.joined(separator: "; "))
        }
    }
}

/// The same as texts of C, which the library may use as long as its server runs.
///
/// `@unchecked Sendable`: the texts never change.
@safe final class HTTPTLSTexts: @unchecked Sendable {
    private let texts: [UnsafeMutablePointer<CChar>?]

    init(_ tls: HTTPTLS?) {
        unsafe texts = [tls?.certificate, tls?.key, tls?.authorities].map { text in
            unsafe text.flatMap { unsafe strdup($0) }
        }
    }

    deinit {
        for index in unsafe texts.indices { unsafe free(texts[index]) }
    }

    var pointers: shoal_mhd_tls {
        unsafe shoal_mhd_tls(certificate: texts[0], key: texts[1], authorities: texts[2])
    }
}

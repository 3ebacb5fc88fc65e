internal import CShoalGnuTLS
import Foundation
internal import ShoalSchemas
public import ShoalSettings

/// The settings of log-ins by tokens of an issuer.
public struct OIDCSettings: Sendable {
    /// The settings do not allow for it. One text for each mistake, with the setting's name.
    public struct Invalid: Error, Sendable {
        public var problems: [(setting: String, text: String)]
    }

    let issuer: IssuerURL
    let rules: TokenRules
    /// The file with the authorities of the issuer's certificates.
    let authorities: String?

    private static let (issuerName, audienceName) = ("api.oidc.issuer", "api.oidc.audience")
    private static let (claimName, rolesName) = ("api.oidc.roles-claim", "api.oidc.roles")
    private static let authorityName = "api.oidc.ca-file"

    /// nil: no issuer is set.
    /// - Throws: `Invalid`, with all mistakes.
    public init?(_ values: SettingValues) throws(Invalid) {
        var problems: [(setting: String, text: String)] = []
        guard let text = values.oidcIssuer else {
            let rest = [
                (Self.audienceName, values.oidcAudience), (Self.rolesName, values.oidcRoles),
                (Self.authorityName, values.oidcAuthorityFile),
            ]
            for case (let name, _?) in rest { problems.append((name, "\(Self.issuerName) is not set")) }
            guard problems.isEmpty else { throw Invalid(problems: problems) }
            return nil
        }
        let issuer = IssuerURL(text)
        if issuer?.discovery == nil {
            problems.append(
                (Self.issuerName, "\(text.printable): must be an https URL as https://login.example/tenant"))
        }
        if values.oidcAudience?.isEmpty ?? true {
            problems.append((Self.audienceName, "is not set: name the audience that tokens for this API have"))
        }
        if values.oidcRolesClaim.split(separator: ".").isEmpty {
            problems.append((Self.claimName, "must be a claim's name, or a path as realm_access.roles"))
        }
        if let file = values.oidcAuthorityFile, let problem = Self.problem(file) {
            problems.append((Self.authorityName, "\(file.printable) \(problem)"))
        }
        let (roles, mistakes) = Self.roles(values.oidcRoles)
        problems += mistakes.map { (Self.rolesName, $0) }
        guard problems.isEmpty, let issuer else { throw Invalid(problems: problems) }
        self.issuer = issuer
        authorities = values.oidcAuthorityFile
        rules = TokenRules(
            issuer: text, audience: values.oidcAudience ?? "", rolesClaim: values.oidcRolesClaim, roles: roles)
    }

    /// Parses `VALUE=ROLE`, several with commas between them. Without any, the names of roles are the values.
    private static func roles(_ text: String?) -> (roles: [[UInt8]: Set<AccessTokens.Role>], mistakes: [String]) {
        guard let text else {
            return (
                Dictionary(uniqueKeysWithValues: AccessTokens.Role.allCases.map { (Array($0.rawValue.utf8), [$0]) }), []
            )
        }
        var roles: [[UInt8]: Set<AccessTokens.Role>] = [:]
        var mistakes: [String] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let (value, name) = (part.lastIndex(of: "=").map { part[..<$0].trimmed }, part.split(separator: "=").last)
            guard let value, !value.isEmpty, let role = name.map(\.trimmed).flatMap(AccessTokens.Role.init) else {
                let known = AccessTokens.Role.allCases.map(\.rawValue).joined(separator: ", ")
                mistakes.append("\(String(part).printable): must be VALUE=ROLE, with one of the roles \(known)")
                continue
            }
            roles[Array(value.utf8), default: []].insert(role)
        }
        return (roles, mistakes)
    }

    private static func problem(_ file: String) -> String? {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8), !text.utf8.contains(0) else {
            return FileManager.default.fileExists(atPath: file) ? "cannot be read, or is not PEM" : "does not exist"
        }
        // Safe: the text outlives the call.
        return unsafe shoal_tls_count_authorities(text) > 0 ? nil : "has no certificate that can be used"
    }
}

extension Configuration {
    /// How tokens of an issuer are verified; nil: there is none, or the settings, which were checked before, are wrong now.
    public var oidc: OIDCSettings? { (try? OIDCSettings(settings)) ?? nil }
}

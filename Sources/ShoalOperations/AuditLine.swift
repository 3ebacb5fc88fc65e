import Foundation

/// A line of the audit log: one JSON object, with its keys in alphabetical order.
struct AuditLine: Codable {
    var time: String
    var who: String
    var uid: UInt32
    var loginUid: UInt32?
    /// The value of the variable SUDO_USER. Not trustworthy, because any user can set it.
    var sudoUserClaimed: String?
    var host: String
    var action: String
    var member: String?
    var what: String?
    var reason: String
    /// The name of the token with which somebody asked the API.
    var bearer: String?
    /// Whose chain the line continues: host and effective user. Absent in lines of releases without chains.
    var writer: String?
    /// The line's number in its chain, from 1.
    var number: Int?
    /// The SHA-256 of the writer's line before, without its newline, in hexadecimal digits; absent in the first line.
    var previous: String?

    private enum CodingKeys: String, CodingKey {
        case time, who, uid, host, action, member, what, reason, bearer, writer, number, previous
        case loginUid = "login_uid"
        case sudoUserClaimed = "sudo_user_claimed"
    }

    /// - Returns: nil if the bytes are no whole line.
    init?(_ bytes: some Collection<UInt8>) {
        guard let line = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else { return nil }
        self = line
    }

    init(_ access: AuditLog.Access, now: Date, user: AuditUser, host: String) {
        time = now.formatted(.iso8601)
        who = user.description
        uid = user.effective
        loginUid = user.login
        sudoUserClaimed = user.sudoUserClaimed
        self.host = host
        action = access.action
        member = access.member
        what = access.what
        (reason, bearer) = (access.reason, access.bearer)
        writer = Self.writer(host, user)
    }

    /// Whose chain a user's lines on a host are in.
    static func writer(_ host: String, _ user: AuditUser) -> String { "\(host)/\(user.effective)" }

    /// - Returns: nil if it cannot be encoded.
    var bytes: [UInt8]? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map(Array.init)
    }
}

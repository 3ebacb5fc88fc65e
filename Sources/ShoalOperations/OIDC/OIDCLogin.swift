public import Foundation
import ShoalSchemas
import Synchronization

/// Admits the bearers of tokens of an issuer (OpenID Connect). It fetches the issuer's keys, and keeps them while the issuer does not
/// answer. A token is verified once.
public final class OIDCLogin: Sendable {
    private struct State {
        var schedule: KeySchedule
        var keys: [IssuerKey] = []
        /// The bearers of tokens that were verified, by the tokens' digests.
        var bearers: [String: AccessTokens.Bearer] = [:]
        /// Requests that wait for keys.
        var waiting = 0
    }

    /// The most tokens that are remembered. They are all forgotten then, because verifying again costs little.
    static let mostBearers = 4_096
    /// The most requests that wait for keys, each on a thread, and how long.
    private static let mostWaiting = 16
    private static let patience = 5.0

    private let issuer: IssuerURL
    private let rules: TokenRules
    private let fetch: DocumentFetch
    private let logger: Logger
    private let failed: @Sendable () -> Void
    private let limit = RateLimit(.seconds(60))
    private let state: Mutex<State>
    /// Wakes those who wait for keys.
    private let condition = NSCondition()

    /// - Parameter failed: called with each fetch of keys that fails.
    public convenience init(_ settings: OIDCSettings, _ logger: Logger, failed: @escaping @Sendable () -> Void) {
        self.init(settings, logger, KeySchedule(), failed: failed)
    }

    init(
        _ settings: OIDCSettings, _ logger: Logger, _ schedule: KeySchedule, failed: @escaping @Sendable () -> Void = {}
    ) {
        (issuer, rules) = (settings.issuer, settings.rules)
        state = Mutex(State(schedule: schedule))
        fetch = DocumentFetch(authorities: settings.authorities)
        (self.logger, self.failed) = (logger, failed)
    }

    /// Tokens that are remembered.
    var rememberedTokens: Int { state.withLock { $0.bearers.count } }

    /// Fetches the keys, unless they are known, on a thread of its own.
    public func prepare() { refresh(isMissing: false, wait: false) }

    /// Returns the bearer of a token.
    /// - Parameter digest: the token's SHA-256.
    public func bearer(
        _ text: String, digest: String, at now: Date = Date()
    ) throws(TokenRefusal) -> AccessTokens.Bearer {
        refresh(isMissing: false, wait: false)
        if let bearer = state.withLock({ $0.bearers[digest] }), let validity = bearer.validity {
            guard now < validity.end else { throw .expired }
            return bearer
        }
        let token = try JSONWebToken(text)
        if candidates(token).isEmpty { refresh(isMissing: true, wait: true) }
        guard let key = candidates(token).first(where: token.isSigned) else {
            throw state.withLock { $0.keys.isEmpty } ? .unavailable : .signature
        }
        guard let claims = token.claims else { throw .malformed }
        let bearer = try rules.bearer(claims, key: key.identity, at: now)
        state.withLock { state in
            // The key may have been withdrawn meanwhile.
            guard state.keys.contains(where: { $0.identity == key.identity }) else { return }
            if state.bearers.count >= Self.mostBearers {
                state.bearers = state.bearers.filter { now < $0.value.validity?.end ?? .distantPast }
                if state.bearers.count >= Self.mostBearers { state.bearers = [:] }
            }
            state.bearers[digest] = bearer
        }
        return bearer
    }

    /// Returns whether a token that was verified is still valid. Does not block.
    public func isValid(_ validity: AccessTokens.Bearer.Validity, at now: Date = Date()) -> Bool {
        now < validity.end && state.withLock { $0.keys.contains { $0.identity == validity.key } }
    }

    /// Returns the keys that may have signed a token. Without an id of a key, there must be only one that suits.
    private func candidates(_ token: JSONWebToken) -> [IssuerKey] {
        let suitable = state.withLock { $0.keys }.filter { $0.suits(token.algorithm) }
        guard let id = token.key else { return suitable.count == 1 ? suitable : [] }
        return suitable.filter { $0.id == id }
    }

    // MARK: - Keys

    /// Begins to fetch the keys if that is due.
    /// - Parameter wait: Whether to wait for the end of a fetch.
    private func refresh(isMissing: Bool, wait: Bool) {
        if state.withLock({ $0.schedule.begins(isMissing: isMissing, at: .now) }) {
            let thread = Thread { self.update() }
            thread.name = "shoal-oidc"
            thread.start()
        }
        let mayWait =
            wait
            && state.withLock { state in
                guard state.schedule.isFetching, state.waiting < Self.mostWaiting else { return false }
                state.waiting += 1
                return true
            }
        guard mayWait else { return }
        let end = Date(timeIntervalSinceNow: Self.patience)
        condition.lock()
        while state.withLock({ $0.schedule.isFetching }), condition.wait(until: end) {}
        condition.unlock()
        state.withLock { $0.waiting -= 1 }
    }

    private func update() {
        let result = Result { () throws(DocumentFetch.Failure) in try keys() }
        let isChanged = state.withLock { state in
            guard case .success(let keys) = result else { return false }
            let known = Set(keys.map(\.identity))
            guard known != Set(state.keys.map(\.identity)) else { return false }
            state.keys = keys
            state.bearers = state.bearers.filter { known.contains($0.value.validity?.key ?? "") }
            return true
        }
        switch result {
        case .success(let keys) where isChanged:
            logger.log(.info, "keys of the issuer fetched", [("issuer", issuer.text), ("keys", "\(keys.count)")])
        case .success: break
        case .failure(let failure):
            failed()
            if limit.pass("keys") != nil {
                logger.log(.warning, "keys of the issuer cannot be fetched", [("error", failure.description)])
            }
        }
        condition.lock()
        state.withLock {
            $0.schedule.ended(isSuccess: (try? result.get()) != nil, at: .now)
        }
        condition.broadcast()
        condition.unlock()
    }

    private func keys() throws(DocumentFetch.Failure) -> [IssuerKey] {
        guard let discovery = issuer.discovery else { throw .init(description: "\(issuer.text) is too long") }
        let text = try fetch.get(discovery)
        guard let document = try? JSONSerialization.jsonObject(with: text) as? [String: Any] else {
            throw .init(description: "\(discovery.text) is not JSON")
        }
        guard TokenRules.isEqual(document["issuer"], issuer.text) else {
            throw .init(description: "\(discovery.text) is of another issuer; compare it with api.oidc.issuer")
        }
        guard let place = (document["jwks_uri"] as? String).flatMap(IssuerURL.init) else {
            throw .init(description: "\(discovery.text) has no jwks_uri with https")
        }
        guard let keys = IssuerKey.keys(try fetch.get(place)), !keys.isEmpty else {
            throw .init(description: "\(place.text) has no key that can verify tokens")
        }
        return keys
    }
}

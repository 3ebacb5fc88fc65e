import ShoalClustering
import ShoalOperations
import Synchronization

/// Answers about the last model, which are the same for everyone who sends the same arguments. To encode those of 100 clusters takes
/// about 1 ms.
final class AnswerCache: Sendable {
    private struct Key: Hashable {
        var path: String
        var query: [String: String]
        var lastEvent: String?
        var labelTag: String
    }

    private struct State {
        var version: Epoch?
        var answers: [Key: HTTPResponse] = [:]
        /// The size of the answers' bodies in bytes.
        var size = 0
    }

    /// The most bytes of bodies, beyond which all are forgotten.
    private let bound: Int
    private let state = Mutex(State())

    init(bound: Int = 8 << 20) {
        self.bound = bound
    }

    /// Returns the answer to a request after a model. Errors are made anew each time.
    /// - Parameter labelTag: that of the labels that the answer may show.
    func answer(
        to request: HTTPRequest, at version: Epoch, _ labelTag: String = "", make: () -> HTTPResponse
    ) -> HTTPResponse {
        let key = Key(path: request.path, query: request.query, lastEvent: request.lastEvent, labelTag: labelTag)
        let known = state.withLock { $0.version == version ? $0.answers[key] : nil }
        if let known { return known }
        let made = make()
        let size = made.body.utf8.count
        guard made.status == 200, size <= bound else { return made }
        let answer = made.shared
        state.withLock { state in
            if let newest = state.version, newest > version { return }
            if state.version != version || state.size + size > bound { state = State(version: version) }
            if state.answers.updateValue(answer, forKey: key) == nil { state.size += size }
        }
        return answer
    }
}

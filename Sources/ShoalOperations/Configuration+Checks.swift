import Foundation
internal import ShoalClustering
import ShoalSchemas
import ShoalSettings

extension Configuration {
    /// Reads librdkafka's values from files, and validates each property.
    mutating func checkKafka(_ check: KafkaCheck, _ problems: inout [String]) {
        // A problem shared by several settings is reported once, with the names of all of them.
        var places: [(problem: String, keys: [String])] = []
        defer { problems += places.map { "\($0.keys.joined(separator: ", ")): \($0.problem)" } }
        func tell(_ problem: String, _ key: String) {
            if let index = places.firstIndex(where: { $0.problem == problem }) {
                places[index].keys.append(key)
            } else {
                places.append((problem, [key]))
            }
        }
        for (key, value) in values.sorted(by: { $0.key < $1.key }) where key.hasPrefix("kafka.") {
            let name = String(key.dropFirst("kafka.".count))
            // Some of librdkafka's own properties end in `.file`.
            guard name.hasSuffix(".file"), check(name, value.text) != nil else {
                if let problem = check(name, value.text) {
                    tell(problem, "\(value.source): \(key)")
                } else {
                    kafka[name] = value.text
                }
                continue
            }
            let plain = String(name.dropLast(".file".count))
            if let other = values["kafka.\(plain)"] {
                tell("kafka.\(plain) is set, too (\(other.source)); leave one", "\(value.source): \(key)")
            } else if let content = try? String(contentsOfFile: value.text, encoding: .utf8) {
                // Editors append newlines. Other white space may be part of a password.
                let text = content.trimmingCharacters(in: .newlines)
                if let problem = check(plain, text) {
                    tell(problem, "\(value.source): \(key)")
                } else {
                    kafka[plain] = text
                }
            } else {
                tell("\(value.text.printable) cannot be read", "\(value.source): \(key)")
            }
        }
    }

    /// Checks the key and the required files.
    mutating func checkFiles(_ created: Set<String>, _ problems: inout [String]) {
        if let file = self[\.privacyKeyFile] {
            if privacyKey != nil {
                problems.append(
                    "\(source(\.privacyKeyFile)): privacy.key-file: \(Self.keyVariable) is set, too; leave one")
            }
            if let content = try? String(contentsOfFile: file, encoding: .utf8) {
                privacyKey = content.trimmed
                if let problem = SecretFile.problem(ofKeyFile: file) {
                    problems.append("\(source(\.privacyKeyFile)): privacy.key-file: \(problem)")
                }
            } else {
                problems.append("\(source(\.privacyKeyFile)): privacy.key-file: \(file.printable) cannot be read")
            }
        }
        if let key = privacyKey, Hex.bytes(key)?.count != 32 {
            let place = self[\.privacyKeyFile].map { "privacy.key-file: \($0.printable)" } ?? Self.keyVariable
            problems.append("\(place): must hold 64 hexadecimal digits; create them with `openssl rand -hex 32`")
        } else if let key = privacyKey, let weakness = WeakKey.problem(key) {
            let place = self[\.privacyKeyFile].map { "privacy.key-file: \($0.printable)" } ?? Self.keyVariable
            problems.append("\(place) \(weakness); create one with `openssl rand -hex 32`")
        }
        if let directory = self[\.pipeline.checkpointDirectory],
            !FileManager.default.isWritableFile(atPath: directory)
                || (try? FileManager.default.attributesOfItem(atPath: directory))?[.type] as? FileAttributeType
                    != .typeDirectory
        {
            problems.append(
                "\(source(\.pipeline.checkpointDirectory)): checkpoint.directory: \(directory.printable) is not a "
                    + "writable directory")
        } else if let directory = self[\.pipeline.checkpointDirectory],
            let problem = SecretFile.problem(ofDirectory: directory)
        {
            problems.append("\(source(\.pipeline.checkpointDirectory)): checkpoint.directory: \(problem)")
        }
        if let file = self[\.apiAccessFile] {
            let place = "\(source(\.apiAccessFile)): api.access-file: \(file.printable)"
            if let content = try? String(contentsOfFile: file, encoding: .utf8) {
                do throws(AccessTokens.Invalid) {
                    _ = try AccessTokens(content)
                } catch {
                    problems += error.problems.map { "\(place): \($0)" }
                }
            } else if FileManager.default.fileExists(atPath: file) {
                problems.append("\(place) cannot be read, or is not UTF-8")
            } else if !created.contains("api.access-file") {
                problems.append("\(place) does not exist. `shoal access add NAME` makes it, with the first token")
            }
        }
        do throws(HTTPTLS.Invalid) {
            _ = try HTTPTLS(settings)
        } catch {
            for problem in error.problems {
                let source = values[problem.setting]?.source ?? "default"
                problems.append("\(source): \(problem.setting): \(problem.text)")
            }
        }
        do throws(OIDCSettings.Invalid) {
            _ = try OIDCSettings(settings)
        } catch {
            for problem in error.problems {
                let source = values[problem.setting]?.source ?? "default"
                problems.append("\(source): \(problem.setting): \(problem.text)")
            }
        }
        if let file = self[\.policyFile] {
            let place = "\(source(\.policyFile)): privacy.policy: \(file.printable)"
            if let content = try? String(contentsOfFile: file, encoding: .utf8) {
                do throws(PolicyFile.Invalid) {
                    let policy = try PolicyFile(content)
                    (settings.engine.policy, labelRules) = (policy.policy, policy.labelRules)
                } catch {
                    problems += error.mistakes.map { "\(place):\($0.line): \($0.text)" }
                }
            } else {
                problems.append("\(place) cannot be read, or is not UTF-8")
            }
        }
        if let file = self[\.topicsFile], !FileManager.default.isReadableFile(atPath: file) {
            problems.append("\(source(\.topicsFile)): topics.file: \(file.printable) cannot be read")
        }
    }

    /// Checks combinations of settings.
    func checkTogether(_ problems: inout [String]) {
        let (least, most) = (self[\.engine.clustersMin], self[\.engine.clustersMax])
        let initial = self[\.engine.clustersInitial]
        if least > most {
            problems.append(
                "clusters.min=\(least) (\(source(\.engine.clustersMin))) is above clusters.max=\(most) "
                    + "(\(source(\.engine.clustersMax)))")
        } else if initial < least || initial > most {
            problems.append(
                "clusters.initial=\(initial) (\(source(\.engine.clustersInitial))) is not between clusters.min=\(least) "
                    + "and clusters.max=\(most)")
        }
        if let address = self[\.apiListen], self[\.apiAccessFile] == nil, self[\.oidcIssuer] == nil, !address.isLoopback
        {
            problems.append(
                "\(source(\.apiListen)): api.listen=\(address): other hosts can reach it, and neither api.access-file nor "
                    + "api.oidc.issuer, which say who may use it, is set. Set one, or listen on 127.0.0.1")
        }
        if let start = value(\.pipeline.start)?.text, start != "beginning", start != "end",
            Int64(start).map({ $0 < 0 }) ?? true
        {
            problems.append(
                "\(source(\.pipeline.start)): input.start=\(start.printable): must be beginning, end, or a time in "
                    + "milliseconds since 1970")
        }
        for pattern in self[\.engine.sensitiveTopics] {
            guard let problem = TopicPattern.problem(pattern) else { continue }
            problems.append(
                "\(source(\.engine.sensitiveTopics)): privacy.sensitive-topics: "
                    + "\(String(decoding: pattern, as: UTF8.self).printable): \(problem)")
        }
        if self[\.labelsTopic] != nil, self[\.clustersTopic] == nil {
            problems.append(
                "\(source(\.labelsTopic)): labels.topic: clusters.topic is not set, and has what labels are given for")
        }
        var owners: [String: String] = [:]
        let topics: [(String, String?)] = [
            ("input.topic", self[\.inputTopic]), ("output.topic", self[\.outputTopic]),
            ("members.topic", self[\.membersTopic]), ("clusters.topic", self[\.clustersTopic]),
            ("labels.topic", self[\.labelsTopic]), ("privacy.opt-out-topic", self[\.optOutTopic]),
            ("audit.topic", self[\.auditTopic]),
            ("dead-letters.topic", deadLettersTopic),
            ("the deltas' topic", deltasTopic), ("the models' topic", modelsTopic), ("the state's topic", stateTopic),
        ]
        for case (let what, let topic?) in topics {
            if let other = owners.updateValue(what, forKey: topic) {
                problems.append("\(what) and \(other) are the same topic, \(topic)")
            }
        }
    }

    private func source(_ path: PartialKeyPath<SettingValues>) -> String { value(path)?.source ?? "default" }

    private func value(_ path: PartialKeyPath<SettingValues>) -> Value? {
        Setting.setting(of: path).flatMap { values[$0.name] }
    }
}

import Foundation
internal import ShoalClustering
import ShoalSchemas

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
    mutating func checkFiles(_ problems: inout [String]) {
        if let file = self["privacy.key-file"] {
            if privacyKey != nil {
                problems.append(
                    "\(source("privacy.key-file")): privacy.key-file: \(Self.keyVariable) is set, too; leave one")
            }
            if let content = try? String(contentsOfFile: file, encoding: .utf8) {
                privacyKey = content.trimmed
                if let problem = SecretFile.problem(ofKeyFile: file) {
                    problems.append("\(source("privacy.key-file")): privacy.key-file: \(problem)")
                }
            } else {
                problems.append("\(source("privacy.key-file")): privacy.key-file: \(file.printable) cannot be read")
            }
        }
        if let key = privacyKey, key.utf8.count != 64 || !key.utf8.allSatisfy(Self.isHexDigit) {
            let place = self["privacy.key-file"].map { "privacy.key-file: \($0.printable)" } ?? Self.keyVariable
            problems.append("\(place): must hold 64 hexadecimal digits; create them with `openssl rand -hex 32`")
        } else if let key = privacyKey, let weakness = WeakKey.problem(key) {
            let place = self["privacy.key-file"].map { "privacy.key-file: \($0.printable)" } ?? Self.keyVariable
            problems.append("\(place) \(weakness); create one with `openssl rand -hex 32`")
        }
        if let directory = self["checkpoint.directory"],
            !FileManager.default.isWritableFile(atPath: directory)
                || (try? FileManager.default.attributesOfItem(atPath: directory))?[.type] as? FileAttributeType
                    != .typeDirectory
        {
            problems.append(
                "\(source("checkpoint.directory")): checkpoint.directory: \(directory.printable) is not a "
                    + "writable directory")
        } else if let directory = self["checkpoint.directory"], let problem = SecretFile.problem(ofDirectory: directory)
        {
            problems.append("\(source("checkpoint.directory")): checkpoint.directory: \(problem)")
        }
        if let file = self["topics.file"], !FileManager.default.isReadableFile(atPath: file) {
            problems.append("\(source("topics.file")): topics.file: \(file.printable) cannot be read")
        }
    }

    /// Checks combinations of settings.
    func checkTogether(_ problems: inout [String]) {
        let (least, most) = (integer("clusters.min"), integer("clusters.max"))
        let initial = integer("clusters.initial")
        if least > most {
            problems.append(
                "clusters.min=\(least) (\(source("clusters.min"))) is above clusters.max=\(most) "
                    + "(\(source("clusters.max")))")
        } else if initial < least || initial > most {
            problems.append(
                "clusters.initial=\(initial) (\(source("clusters.initial"))) is not between clusters.min=\(least) "
                    + "and clusters.max=\(most)")
        }
        if let start = self["input.start"], start != "beginning", start != "end", Int64(start).map({ $0 < 0 }) ?? true {
            problems.append(
                "\(source("input.start")): input.start=\(start.printable): must be beginning, end, or a time in "
                    + "milliseconds since 1970")
        }
        for pattern in list("privacy.sensitive-topics") {
            guard let problem = TopicPattern.problem(Array(pattern.utf8)) else { continue }
            problems.append(
                "\(source("privacy.sensitive-topics")): privacy.sensitive-topics: \(pattern.printable): \(problem)")
        }
        var owners: [String: String] = [:]
        let topics: [(String, String?)] = [
            ("input.topic", self["input.topic"]), ("output.topic", self["output.topic"]),
            ("members.topic", self["members.topic"]), ("dead-letters.topic", deadLettersTopic),
            ("the deltas' topic", deltasTopic), ("the models' topic", modelsTopic), ("the state's topic", stateTopic),
        ]
        for case (let what, let topic?) in topics {
            if let other = owners.updateValue(what, forKey: topic) {
                problems.append("\(what) and \(other) are the same topic, \(topic)")
            }
        }
    }

    private func source(_ name: String) -> String { values[name]?.source ?? "default" }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte)
    }
}

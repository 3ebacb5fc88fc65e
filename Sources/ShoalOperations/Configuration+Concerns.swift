internal import ShoalClustering
internal import ShoalSettings

extension Configuration {
    /// What the settings cost in discretion: valid, but to be known. A sentence each.
    public var concerns: [String] {
        var concerns: [String] = []
        if self[\.engine.fixed.outputEvery] == .event {
            concerns.append(
                "output.every=event publishes each change with its event: whoever reads the output and knows when a viewer "
                    + "watches finds the viewer's pseudonym (measured: 67 % by ten known times, 66 of 100 by 12 written "
                    + "events, 20 of 20 by one tombstone). output.every=epoch, the default, tells none of it")
        }
        if let length = self[\.engine.fixed.outputEvery].length, let ttl = self[\.engine.memberTTL], ttl < length {
            concerns.append(
                "member.ttl is shorter than output.every: viewers who are silent when changes are published are forgotten "
                    + "before they are published, and published ones stay until then")
        }
        if self[\.policyFile] == nil, self[\.engine.sensitiveTopics].isEmpty {
            concerns.append(
                "neither privacy.policy nor privacy.sensitive-topics is set: clusters are made, and named, by any topic, "
                    + "such as those of religion or health. deploy/policy/policy.properties is a policy to begin with "
                    + "(see docs/privacy.md)")
        }
        let policy = self[\.engine.policy]
        if !policy.isEmpty, policy.told == .listed, policy.rules.allSatisfy({ $0.category != nil }) {
            concerns.append(
                "the policy tells only listed topics, and lists none (`allow`): descriptions of clusters name no topic")
        }
        return concerns
    }
}

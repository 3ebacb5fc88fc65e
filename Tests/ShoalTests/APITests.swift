import Foundation
import ShoalClient
import ShoalKafka
import ShoalOperations
import ShoalPipeline
import ShoalSchemas
import ShoalSettings
import TestSupport
import Testing

@Suite("The page and the API")
struct APITests {
    private let folder: TemporaryFolder
    private let application: ObservedApplication

    init() async throws {
        folder = try TemporaryFolder()
        application = try await ObservedApplication()
    }

    /// The small clusters of the test application are suppressed below 10 members: it has two of 12.
    private func start(_ more: [String: String] = [:]) async throws -> (process: ShoalProcess, probe: HTTPProbe) {
        try application.createTopics(partitions: 2)
        try await application.publish()
        let own = ["api.listen": "127.0.0.1:0", "privacy.min-cluster-size": "10"]
        let process = try application.run(own.merging(more) { $1 })
        return (process, try await probe(process))
    }

    private func probe(_ process: ShoalProcess) async throws -> HTTPProbe {
        let port = try await application.port(process, of: "page and API are served")
        return HTTPProbe(ListenAddress(host: "127.0.0.1", port: UInt16(port)), timeout: .seconds(10))
    }

    private func object(_ answer: HTTPProbe.Answer) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any], "\(answer)")
    }

    /// Asks until two clusters are published.
    private func clusters(_ probe: HTTPProbe, _ headers: [String] = []) async throws -> [String: Any] {
        let end = ContinuousClock.now + patience
        while true {
            let answer = try probe.get("/v1/clusters", headers: headers)
            let found = answer.status == 200 ? try object(answer) : [:]
            if (found["clusters"] as? [Any])?.count == 2 { return found }
            #expect(answer.status == 200 || answer.status == 503, "\(answer)")
            guard ContinuousClock.now < end else { throw ProcessMisbehaved(description: "\(answer)") }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    @Test("clusters, their history and the page are those of the models, with rounded sizes")
    func answers() async throws {
        let (process, probe) = try await start()
        let list = try await clusters(probe)
        let found = try #require(list["clusters"] as? [[String: Any]])
        #expect(Set(found.compactMap { ($0["leading_topics"] as? [String])?.first }) == ["chess", "cats"])
        #expect(found.allSatisfy { $0["members_at_least"] as? Int == 10 } && list["members_at_least"] as? Int == 20)
        #expect(list["suppressed_clusters"] as? String == "0")
        let id = try #require(found.first?["id"] as? Int)
        let detail = try object(try probe.get("/v1/clusters/\(id)"))
        #expect((detail["sizes"] as? [Any])?.isEmpty == false && detail["peak_at_least"] as? Int == 10)
        let lineage = try object(try probe.get("/v1/clusters/\(id)/lineage"))
        #expect(((lineage["ancestors"] as? [[String: Any]])?.first?["id"] as? Int) == id)
        let models = try object(try probe.get("/v1/models?limit=1"))
        let model = try #require((models["models"] as? [[String: Any]])?.first?["model"] as? Int)
        #expect(try object(try probe.get("/v1/models/\(model)"))["model"] as? Int == model)
        #expect(models["next"] as? String == "/v1/models?limit=1&before=\(model)")
        #expect(try object(try probe.get("/v1/changes"))["through"] as? Int == model)
        let status = try object(try probe.get("/v1/status"))
        #expect(status["is_ready"] as? Bool == true && status["state"] as? String == "working", "\(status)")
        #expect((status["lag"] as? [String: Any])?["records"] is Int && status["model_time_ms"] is Int, "\(status)")
        #expect((status["broker_silence_ms"] as? Int).map { (0..<60_000).contains($0) } ?? true, "\(status)")
        let page = try probe.get("/")
        #expect(page.body.contains("<h1>\(application.name)</h1>") && page.body.contains("chess"))
        // Without tokens, everybody on the host sees the state, and nobody can find viewers.
        #expect(page.body.contains("<dd>working, ready</dd>") && !page.body.contains("id=\"find\""))
        #expect(try probe.get("/state").body.contains("<dd>working, ready</dd>"))
        #expect(try probe.get("/live.js").body.contains("replaceChildren"))
        let stored = try probe.get("/v1/clusters", headers: ["If-None-Match: \"\(model)-0.1.0\""])
        #expect(stored.status == 304 && stored.body.isEmpty, "\(stored)")
        #expect(try await process.stop() == 0)
    }

    @Test("approved labels are told beside the numbers as long as they fit, and denied ones are not")
    func labels() async throws {
        let (clustersTopic, labelsTopic) = ("\(application.name)-clusters", "\(application.name)-labels")
        try await application.broker.create([clustersTopic: 1, labelsTopic: 1])
        let (process, probe) = try await start(["clusters.topic": clustersTopic, "labels.topic": labelsTopic])
        let list = try await clusters(probe)
        let unlabelled = try #require(list["clusters"] as? [[String: Any]])
        #expect(unlabelled.allSatisfy { $0["label"] is NSNull })
        let descriptions = ClusterDescriptions(kafka: application.broker.configuration(), topic: clustersTopic)
        try await descriptions.catchUp()
        let producer = try Producer(application.broker.configuration())
        func put(_ description: ClusterDescription, _ text: String, by approver: String) throws {
            var label = ClusterLabel(
                cluster: description.cluster, text: text, proposed: .init(by: "anna", timeMs: 0, reason: "r"),
                basis: .init(description))
            label.approved = .init(by: approver, timeMs: 1, reason: "r")
            let key = Array("\(description.cluster)".utf8)
            try producer.produce(to: labelsTopic, key: key.span, value: label.json.span)
            try producer.flush(timeout: .seconds(10))
        }
        func label(_ cluster: UInt32) throws -> String? {
            let found = try object(try probe.get("/v1/clusters/\(cluster)"))["cluster"] as? [String: Any]
            return found?["label"] as? String
        }
        func wait(_ cluster: UInt32, for text: String?) async throws {
            let end = ContinuousClock.now + patience
            while try label(cluster) != text {
                guard ContinuousClock.now < end else { throw ProcessMisbehaved(description: "no label \(text ?? "-")") }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        let found = descriptions.snapshot.values.sorted { $0.cluster < $1.cluster }
        let (one, two) = (try #require(found.first), try #require(found.last))
        try put(two, "single mothers", by: "ben")
        try put(two, "board games", by: "anna")
        try put(one, "rock'n'roll (live)", by: "ben")
        try await wait(one.cluster, for: "rock'n'roll (live)")
        #expect(try label(two.cluster) == nil)
        let page = try probe.get("/").body
        #expect(page.contains("<h3><bdi>Cluster \(one.cluster) · <bdi>rock&#39;n&#39;roll (live)</bdi></bdi><span>"))
        #expect(!page.contains("mothers") && !page.contains("board games"))
        try await process.waitForLog("a label has a denied word")
        #expect(process.log.components(separatedBy: "a label has a denied word").count == 2)
        // What was told then is told without labels.
        let time = try #require(list["time_ms"] as? Int) - 3_600_000
        #expect(try !probe.get("/v1/clusters?at=\(time)").body.contains("rock"))
        func unlabelledTag() throws -> String {
            let models = try object(try probe.get("/v1/models?limit=1"))["models"] as? [[String: Any]]
            return "If-None-Match: \"\(models?.first?["model"] as? Int ?? 0)-0.1.0\""
        }
        #expect(try probe.get("/v1/clusters", headers: [unlabelledTag()]).status == 200)
        var other = one
        other.leadingTopics = ["something else"]
        try put(other, "rock'n'roll (live)", by: "ben")
        try await wait(one.cluster, for: nil)
        #expect(try probe.get("/v1/clusters", headers: [unlabelledTag()]).status == 304)
        #expect(try await process.stop() == 0)
    }

    @Test("answers at a time are those given then, topics are found, and flows tell what became of clusters")
    func time() async throws {
        let (process, probe) = try await start()
        let list = try await clusters(probe)
        let time = try #require(list["time_ms"] as? Int)
        let ids = try #require(list["clusters"] as? [[String: Any]]).compactMap { $0["id"] as? Int }
        let paths = ["/v1/clusters"] + ids.flatMap { ["/v1/clusters/\($0)", "/v1/clusters/\($0)/lineage"] }
        let then = try paths.map { try probe.get("\($0)?at=\(time)").body }
        // Unless a model has come meanwhile, they are those of now.
        if try object(try probe.get("/v1/clusters"))["time_ms"] as? Int == time {
            #expect(try probe.get("/v1/clusters").body == then[0])
        }
        let page = try probe.get("/?at=\(time)").body
        try await application.publish(from: 6)
        let end = ContinuousClock.now + patience
        while try object(try probe.get("/v1/clusters"))["time_ms"] as? Int ?? 0 < time + 3 * 3_600_000 {
            guard ContinuousClock.now < end else { throw ProcessMisbehaved(description: "no further model") }
            try await Task.sleep(for: .milliseconds(100))
        }
        for (path, body) in zip(paths, then) { #expect(try probe.get("\(path)?at=\(time)").body == body, "\(path)") }
        #expect(page.contains("<h1>"))
        let past = try probe.get("/?at=\(time)&topic=&since=5")
        #expect(past.status == 200 && past.body.contains("href=\"/\">Back to now"))
        for (topic, count) in [("che", 1), ("CHESS", 1), ("c", 2), ("ess", 0), ("%C2%A0", 0)] {
            let found = try object(try probe.get("/v1/clusters?topic=\(topic)"))
            #expect((found["clusters"] as? [Any])?.count == count, "\(topic): \(found)")
            #expect(found["members_at_least"] as? Int == 20)
        }
        let search = try probe.get("/?topic=che").body
        #expect(search.contains("<mark>") && search.contains("1 cluster with such a topic now"))
        for query in ["from=\(time)", "to=\(time)"] {
            let flows = try object(try probe.get("/v1/flows?\(query)"))
            let found = try #require(flows["flows"] as? [[String: Any]])
            #expect(found.map { $0["from"] as? Int } == ids.sorted() && found.map { $0["to"] as? Int } == ids.sorted())
            #expect(found.allSatisfy { $0["kind"] as? String == "continued" })
            #expect((flows["from"] as? [String: Any])?["time_ms"] as? Int == time, "\(flows)")
            #expect(
                (flows["clusters"] as? [[String: Any]])?.compactMap { $0["from_members_at_least"] as? Int } == [10, 10])
        }
        for path in ["/v1/flows?from=5", "/v1/clusters/\(ids[0])/lineage?at=5"] {
            #expect(try probe.get(path).status == 404, "\(path)")
        }
        let long = String(repeating: "x", count: 257)
        for path in [
            "/v1/flows?to=x", "/v1/clusters?topic=", "/v1/clusters?topic=\(long)", "/?at=x", "/?topic=\(long)",
        ] {
            #expect(try probe.get(path).status == 400, "\(path)")
        }
        #expect(try await process.stop() == 0)
    }

    /// The events of a stream until a text has come.
    private func events(
        _ probe: HTTPProbe, _ path: String = "/v1/changes", _ header: String = "", until text: String
    ) async throws -> [[String: String]] {
        let answer = try await onThread {
            let handle = try connection(to: probe.address.port)
            defer { try? handle.close() }
            let head = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\(header)\r\n"
            try handle.write(contentsOf: Data(head.utf8))
            var answer = ""
            let end = ContinuousClock.now + patience
            while !answer.contains(text), ContinuousClock.now < end {
                let more = try receive(handle)
                if more.isEmpty { break }
                answer += String(decoding: more, as: UTF8.self)
            }
            return answer
        }
        let parts = answer.split(separator: "\r\n\r\n", maxSplits: 1)
        #expect(answer.hasPrefix("HTTP/1.1 200") && answer.contains(text), "\(answer)")
        return parts.dropFirst().joined().components(separatedBy: "\n\n").compactMap { block in
            let fields = block.split(separator: "\n").map { $0.split(separator: ":", maxSplits: 1).map(String.init) }
            guard fields.contains(where: { $0[0] == "data" }) else { return nil }
            return Dictionary(uniqueKeysWithValues: fields.map { ($0[0], String($0[1].dropFirst())) })
        }
    }

    @Test("changes are told as they come, and a reader goes on where it was, also on another instance")
    func stream() async throws {
        let (process, probe) = try await start(["instance.id": "a"])
        _ = try await clusters(probe)
        let answer = try object(try probe.get("/v1/changes"))
        let (changes, last) = (
            try #require(answer["changes"] as? [[String: Any]]), try #require(answer["through"] as? Int)
        )
        #expect(!changes.isEmpty)
        let all = try await events(probe, "/v1/changes?after=0", until: "\nid: \(last)\n")
        let told = all.filter { $0["event"] != "model" }
        #expect(told.map { $0["event"] } == changes.map { $0["kind"] as? String })
        for (event, change) in zip(told, changes) {
            let data = try JSONSerialization.jsonObject(with: Data((event["data"] ?? "").utf8)) as? NSDictionary
            #expect(data == change as NSDictionary, "\(event)")
            #expect(event["id"]?.hasPrefix("\(change["model"] as? Int ?? 0).") == true, "\(event)")
        }
        let list = try object(try probe.get("/v1/models"))["models"] as? [[String: Any]] ?? []
        let ids = all.filter { $0["event"] == "model" }.map { $0["id"] ?? "" }
        #expect(ids == list.reversed().map { "\($0["model"] ?? "")" })
        // From the middle of a model's changes, on another instance.
        let other = try application.run([
            "api.listen": "127.0.0.1:0", "privacy.min-cluster-size": "10", "instance.id": "b",
        ])
        let second = try await self.probe(other)
        _ = try await clusters(second)
        let place = try #require(all.firstIndex { $0["id"] == told[0]["id"] })
        for each in [probe, second] {
            let rest = try await events(
                each, "/v1/changes?after=0", "Last-Event-ID: \(told[0]["id"] ?? "")\r\n", until: "\nid: \(last)\n")
            #expect(rest == Array(all[(place + 1)...]))
        }
        // Filters change neither ids nor the order, and a reader goes on where it was.
        let models = all.filter { $0["event"] == "model" }
        let created = told.filter { $0["event"] == "cluster_created" }
        #expect(created.count == 2)
        let own = #""cluster":\#(changes[0]["cluster"] ?? 0),"#
        let ofCluster = all.filter { $0["event"] == "model" || $0["data"]?.contains(own) == true }
        for (query, start, expected) in [
            ("kind=model", "", models), ("kind=cluster_created", "", created),
            ("kind=cluster_retired,cluster_created", created[0]["id"] ?? "", Array(created[1...])),
            ("cluster=\(changes[0]["cluster"] ?? 0)", "", ofCluster),
        ] {
            let found = try await events(
                second, "/v1/changes?after=0&\(query)", start.isEmpty ? "" : "Last-Event-ID: \(start)\r\n",
                until: "\nid: \(expected.last?["id"] ?? "")\n")
            #expect(found == expected, "\(query)")
        }
        let filtered = try object(
            try probe.get("/v1/changes?kind=cluster_created&cluster=\(changes[0]["cluster"] ?? 0)"))
        #expect((filtered["changes"] as? [[String: Any]])?.map { $0 as NSDictionary } == [changes[0] as NSDictionary])
        #expect((try object(try probe.get("/v1/changes?cluster=77"))["changes"] as? [Any])?.isEmpty == true)
        // Without a position, only what is new is told.
        let reading = Task { try await events(probe, until: "event: model\n") }
        try await application.publish(from: 6)
        let news = try await reading.value
        #expect((news.first?["id"].flatMap { Int($0.prefix { $0 != "." }) } ?? 0) > last, "\(news)")
        for (header, path, text) in [
            ("x", "", "Last-Event-ID"), ("7.0", "", "Last-Event-ID"), ("", "?after=x", "after"),
            ("", "?kind=", "cluster_drifted, model"), ("", "?kind=model,member_joined", "cluster_created, "),
            ("", "?cluster=0", "cluster"), ("", "?cluster=all", "cluster"),
        ] {
            for accepted in ["text/event-stream", "*/*"] {
                let headers = ["Accept: \(accepted)"] + (header.isEmpty ? [] : ["Last-Event-ID: \(header)"])
                let refused = try await http(probe.address.port, "/v1/changes\(path)", headers: headers)
                #expect(refused.status == 400 && refused.body.contains(text), "\(refused)")
            }
        }
        #expect(try await other.stop() == 0)
        #expect(try await process.stop() == 0)
    }

    @Test("what cannot be answered is a problem with its reason")
    func problems() async throws {
        let (process, probe) = try await start()
        _ = try await clusters(probe)
        for (path, status, text) in [
            ("/v1/clusters/77", 404, "no published cluster 77"), ("/v1/clusters/x", 400, "whole number"),
            ("/v1/clusters/4294967297", 404, "no published"),
            ("/v1/clusters?at=yesterday", 400, "2026-11-24T10:00:00Z"),
            ("/v1/clusters?at=5", 404, "that old"), ("/v1/models/1", 404, "the version 1"),
            ("/v1/models?limit=0", 400, "1 to 1000"), ("/v1/members", 404, "available paths"),
            ("/v1/clusters/1/../2", 404, "available paths"), ("/v1/changes?after=", 400, "after"),
        ] {
            let answer = try probe.get(path)
            let problem = try object(answer)
            #expect(answer.status == status && problem["status"] as? Int == status, "\(path): \(answer)")
            #expect((problem["detail"] as? String)?.contains(text) == true, "\(path): \(answer)")
        }
        let foreign = try probe.get("/v1/clusters", headers: ["Host: other.example"])
        #expect(foreign.status == 400 || foreign.status == 403, "\(foreign)")
        #expect(try await process.stop() == 0)
    }

    @Test("with an access file, a token's roles decide, and a token ends with its line")
    func access() async throws {
        let (viewer, both) = (line("anna", "viewer", "t1"), line("ben", "operator,viewer", "t2"))
        let analyst = line("carl", "analyst,viewer", "t4")
        let file = try folder.file("access", "# who\n\n" + viewer + both + analyst)
        let (process, probe) = try await start(["api.access-file": file])
        _ = try await clusters(probe, ["Authorization: Bearer t1"])
        let basic = Data("anna:t1".utf8).base64EncodedString()
        for (path, header, status) in [
            ("/v1/clusters", nil, 401), ("/", nil, 401), ("/v1/nothing", nil, 401),
            ("/v1/clusters", "Bearer t3", 401), ("/", "Basic \(basic)", 200), ("/v1/status", "Bearer t1", 403),
            ("/v1/status", "Bearer t2", 200), ("/state", "Bearer t1", 403), ("/v1/nothing", "Bearer t2", 404),
            ("/v1/clusters", "Negotiate x", 401),
        ] {
            let answer = try probe.get(path, headers: header.map { ["Authorization: \($0)"] } ?? [])
            #expect(answer.status == status, "\(path) \(header ?? "without"): \(answer)")
        }
        for (token, hasState, hasForm) in [("t1", false, false), ("t2", true, false), ("t4", false, true)] {
            for path in ["/", "/?topic=chess"] {
                let page = try probe.get(path, headers: ["Authorization: Bearer \(token)"])
                #expect(page.status == 200 && page.body.contains("id=\"sizes\""), "\(token) \(path)")
                #expect(page.body.contains("id=\"health\"") == hasState, "\(token) \(path)")
                #expect(page.body.contains("id=\"find\"") == hasForm, "\(token) \(path)")
                #expect(!page.body.contains("sections by role"))
            }
        }
        #expect(!process.log.contains("t3"))
        _ = try await events(probe, "/v1/changes", "Authorization: Bearer t1\r\n", until: "\nid: ")
        try Data(both.utf8).write(to: URL(filePath: file))
        try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: 9)], ofItemAtPath: file)
        #expect(try probe.get("/v1/clusters", headers: ["Authorization: Bearer t1"]).status == 401)
        #expect(try await process.stop() == 0)
    }

    /// A line of an access file.
    private func line(_ name: String, _ role: String, _ token: String) -> String {
        "\(name) \(role) \(SHA256Digest.of(Array(token.utf8).span).map { String(format: "%02x", $0) }.joined())\n"
    }

    @Test("requests are counted and limited, unknown tokens are slowed and then refused, and the log tells only routes")
    func observed() async throws {
        let file = try folder.file("access", line("anna", "viewer", "t1") + line("ben", "viewer", "t2"))
        let (process, probe) = try await start([
            "api.access-file": file, "api.request-limit": "20", "log.level": "debug", "log.format": "json",
        ])
        let (first, second) = (["Authorization: Bearer t1"], ["Authorization: Bearer t2"])
        let id = ((try await clusters(probe, second)["clusters"] as? [[String: Any]])?.first?["id"] as? Int) ?? 0
        #expect(try probe.get("/v1/clusters/\(id)?at=2026-11-24T10:00:00Z", headers: second).status == 200)
        var refused: [HTTPAnswer] = []
        var count = 0
        while refused.isEmpty, count < 1_000 {
            count += 1
            let answer = try await http(probe.address.port, "/v1/models", headers: first)
            if answer.status != 200 { refused.append(answer) }
        }
        #expect(count > 40, "twice as many as a second")
        #expect(refused.first?.status == 429 && refused.first?.headers["retry-after"] == "1", "\(refused)")
        #expect(refused.first?.body.contains("api.request-limit") == true, "\(refused)")
        #expect(try probe.get("/v1/models", headers: second).status == 200, "another token")
        let statuses = try await withThrowingTaskGroup(of: Int.self) { tasks in
            for _ in 0..<16 {
                tasks.addTask {
                    try await http(probe.address.port, "/v1/models", headers: ["Authorization: Bearer secret"]).status
                }
            }
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.count { $0 == 401 } >= 10 && statuses.contains(429), "\(statuses)")
        #expect(statuses.allSatisfy { $0 == 401 || $0 == 429 })
        let limited = Double(statuses.count { $0 == 429 } + 1)
        let metrics = metricValues(
            try await application.metrics(try await application.port(process)) {
                $0["shoal_api_refused_logins_total"] == 16
            })
        #expect(metrics["shoal_api_limited_requests_total"] == limited)
        #expect(metrics[#"shoal_api_requests_total{route="/v1/models",status="4xx"}"#] == 17)
        #expect(metrics[#"shoal_api_requests_total{route="/v1/models",status="2xx"}"#] == Double(count))
        #expect(metrics[#"shoal_api_requests_total{route="/v1/audit",status="2xx"}"#] == 0)
        #expect(metrics[#"shoal_api_request_duration_seconds_count{route="/v1/clusters/{id}"}"#] == 1)
        #expect(metrics["shoal_api_streams"] == 0 && metrics["shoal_api_dropped_streams_total"] == 0)
        #expect(process.log.contains(#""route":"/v1/clusters/{id}""#))
        for text in ["secret", "t1\"", "2026-11-24", "/v1/clusters/\(id)", "anna"] {
            #expect(!process.log.contains(text), "\(text)")
        }
        #expect(try await process.stop() == 0)
    }

    @Test("an analyst finds one viewer at a time with a reason, as often as permitted, and an officer reads who did")
    func lookup() async throws {
        let file = try folder.file(
            "access", line("anna", "analyst", "t1") + line("olga", "privacy-officer,viewer", "t2"))
        let audit = folder.url.appending(path: "audit").path
        let settings = ["api.access-file": file, "api.lookup-limit": "3", "audit.file": audit]
        let (process, probe) = try await start(
            settings.merging(["input.partitioner": "murmur2", "output.every": "event", "privacy.min-cluster-size": "1"])
            { $1 })
        let known = try await clusters(probe, ["Authorization: Bearer t2"])
        func ask(_ body: String, _ token: String = "t1") async throws -> HTTPAnswer {
            try await http(
                probe.address.port, "/v1/members:lookup", method: "POST", headers: ["Authorization: Bearer \(token)"],
                body: body)
        }
        for (body, status) in [
            ("{}", 400), (#"{"viewer":"u1","reason":" "}"#, 400), (#"{"viewer":"","reason":"x"}"#, 400),
            ("u1", 400), (String(repeating: "x", count: 40_000), 413),
        ] {
            let answer = try await ask(body)
            #expect(answer.status == status, "\(body.prefix(40)): \(answer)")
        }
        // The test's producer chooses the partition by the number.
        let viewer = try #require(
            (0..<24).first {
                let key = Array("u\($0)".utf8)
                return Partitioner.murmur2.partition(of: key.span, count: 2) == Int32($0 % 4 / 2)
            }.map { "u\($0)" })
        let asked = #"{"viewer":"\#(viewer)","reason":"ticket 7"}"#
        #expect(try await ask(asked, "t2").status == 403 && !FileManager.default.fileExists(atPath: audit))
        let found = try await ask(asked)
        let body = try JSONSerialization.jsonObject(with: Data(found.body.utf8)) as? [String: Any]
        #expect(found.status == 200 && body?["cluster"] as? Int != nil && body?["model"] as? Int != nil, "\(found)")
        // Of the viewer's topics only those are told that the description names, if it names any yet.
        let topics = try #require(body?["topics"] as? [String])
        let clusters = try #require(known["clusters"] as? [[String: Any]])
        let described = try #require(clusters.first { $0["id"] as? Int == body?["cluster"] as? Int })
        let named = ["leading_topics", "branch_topics"].flatMap { described[$0] as? [String] ?? [] }
        #expect(Set(topics).isSubset(of: named) && (named.isEmpty || !topics.isEmpty), "\(topics) of \(named)")
        let unknown = try await ask(#"{"viewer":"nobody","reason":"ticket 8"}"#)
        #expect(unknown.status == 200 && !unknown.body.contains("cluster"), "\(unknown)")
        #expect(unknown.body.contains(#""topics":[]"#), "\(unknown)")
        #expect(try await ask(asked).status == 200)
        let refused = try await ask(asked)
        #expect(refused.status == 429 && refused.body.contains("3 lookups a day"), "\(refused)")
        #expect(try probe.get("/v1/members:lookup", headers: ["Authorization: Bearer t1"]).status == 405)
        #expect(try probe.get("/v1/audit", headers: ["Authorization: Bearer t1"]).status == 403)
        let told = try object(try probe.get("/v1/audit?limit=2", headers: ["Authorization: Bearer t2"]))
        let lines = try #require(told["lines"] as? [String])
        #expect(lines.count == 2 && lines.last?.contains("ticket 8") == true, "\(lines)")
        #expect(lines.allSatisfy { $0.contains(#""bearer":"anna""#) && $0.contains(#""action":"lookup""#) })
        let pseudonym = try shoal(
            ["pseudonym", "--viewer", viewer, "--reason", "t"] + application.settings(["audit.file": audit]),
            environment: ["SHOAL_PRIVACY_KEY": TestKey.digits])
        #expect(lines.first?.contains(pseudonym.lines.last?.split(separator: " ").last ?? "?") == true, "\(pseudonym)")
        #expect(!process.log.contains("\"\(viewer)\"") && !process.log.contains("ticket"))
        let verified = try shoal(["audit-log", "verify", audit])
        #expect(verified.status == 0, "\(verified.output)")
        #expect(try await process.stop() == 0)
    }

    @Test("bearers of an issuer's tokens have the roles that it says, and are slowed, counted and audited like others")
    func issuer() async throws {
        let (issuer, key) = (try FakeIssuer(), SigningKey(.p256, id: "k"))
        try issuer.publish([key.members])
        let file = try folder.file("access", line("ben", "viewer", "t1"))
        let audit = folder.url.appending(path: "audit").path
        let (process, probe) = try await start([
            "api.access-file": file, "api.oidc.issuer": issuer.url, "api.oidc.audience": "shoal", "audit.file": audit,
            "api.lookup-limit": "1", "api.oidc.roles": "readers=viewer,readers=analyst,operator=operator",
            "log.format": "json", "input.partitioner": "murmur2",
        ])
        func token(_ subject: String, _ roles: [String], seconds: Double = 600) throws -> String {
            try key.token("ES256", issuer.claims(subject, roles: roles, seconds: seconds))
        }
        @Sendable func header(_ token: String) -> [String] { ["Authorization: Bearer \(token)"] }
        let reader = try token("anna", ["readers"])
        _ = try await clusters(probe, header(reader))
        let parts = reader.split(separator: ".")
        let (expired, none) = (try token("anna", ["readers"], seconds: -90), "\(parts[0]).\(parts[1]).")
        for (path, token, status, text) in [
            ("/v1/clusters", "t1", 200, "chess"), ("/v1/status", reader, 403, "the role operator"),
            ("/v1/status", try token("ops", ["operator"]), 200, "is_ready"),
            ("/v1/clusters", try token("carl", ["viewer"]), 403, "the role viewer"),
            ("/v1/clusters", try token("ada", (0..<900).map { "group-\($0)" } + ["readers"]), 200, ""),
            ("/v1/clusters", expired, 401, "has expired"), ("/v1/clusters", none, 401, "not a signed JWT"),
            ("/v1/clusters", "t2", 401, "the token is not known"),
        ] {
            let answer = try await http(probe.address.port, path, headers: header(token))
            #expect(
                answer.status == status && (text.isEmpty || answer.body.contains(text)),
                "\(path) \(status) \(text): \(answer)")
            let challenge = answer.headers["www-authenticate"]
            let isToken = status == 401 && token != "t2"
            #expect(
                (challenge == "Bearer realm=\"shoal\", error=\"invalid_token\"") == isToken, "\(challenge ?? "none")")
        }
        // A stream ends with its token, of which five of the 60 seconds of tolerance are left.
        let ends = try token("anna", ["readers"], seconds: -55)
        let stream = try await onThread {
            let handle = try connection(to: probe.address.port)
            defer { try? handle.close() }
            let lines = ["GET /v1/changes HTTP/1.1", "Host: localhost", "Accept: text/event-stream"] + header(ends)
            try handle.write(contentsOf: Data((lines.map { $0 + "\r\n" }.joined() + "\r\n").utf8))
            var answer = ""
            let end = ContinuousClock.now + patience
            while ContinuousClock.now < end {
                // Nothing comes for 15 seconds, longer than this waits.
                guard let more = try? receive(handle) else { continue }
                if more.isEmpty { return answer + "the end" }
                answer += String(decoding: more, as: UTF8.self)
            }
            return answer
        }
        #expect(stream.hasPrefix("HTTP/1.1 200") && stream.hasSuffix("the end"), "\(stream)")
        // The person counts, and not the token.
        var statuses: [Int] = []
        for _ in 0..<2 {
            let answer = try await http(
                probe.address.port, "/v1/members:lookup", method: "POST",
                headers: header(try token("anna", ["readers"])), body: #"{"viewer":"u1","reason":"ticket 7"}"#)
            statuses.append(answer.status)
        }
        #expect(statuses == [200, 429])
        let log = try String(contentsOfFile: audit, encoding: .utf8)
        #expect(log.contains(#""bearer":"\#(issuer.url) anna""#), "\(log)")
        let values = metricValues(try await application.metrics(try await application.port(process)) { _ in true })
        #expect(values["shoal_api_refused_logins_total"] == 3)
        #expect(process.log.contains(#""message":"the API refused a token of an issuer""#))
        #expect(process.log.contains(#""reason":"expired""#), "\(process.log)")
        for part in [reader, expired].flatMap({ $0.split(separator: ".") }) { #expect(!process.log.contains(part)) }
        #expect(!process.log.contains("anna"))
        #expect(try await process.stop() == 0)
        await issuer.stop()
    }

    @Test("a new token is printed, and the file has its hash")
    func add() throws {
        let file = try folder.file("access", "# tokens")
        let words = ["access", "add", "anna", "--role", "operator", "--set", "api.access-file=\(file)"]
        let (first, second) = (try shoal(words), try shoal(words))
        #expect(first.status == 0 && second.status == 0 && first.output != second.output, "\(first.output)")
        let tokens = try AccessTokens(try String(contentsOfFile: file, encoding: .utf8))
        for result in [first, second] {
            let token = result.output.trimmingCharacters(in: .newlines)
            let digest = SHA256Digest.of(Array(token.utf8).span).map { String(format: "%02x", $0) }.joined()
            let bearer = tokens.bearer(digest: digest)
            #expect(bearer?.name == "anna" && bearer?.roles == [.operator], "\(result.output)")
        }
        // A file that does not exist is made; any other command refuses it.
        let fresh = "api.access-file=\(file).new"
        let unread = try shoal(["config", "check", "--set", fresh])
        #expect(unread.status == 78 && unread.output.contains("`shoal access add NAME` makes it"), "\(unread.output)")
        #expect(try shoal(["access", "add", "ben", "--set", fresh]).status == 0)
        let mode = try FileManager.default.attributesOfItem(atPath: file + ".new")[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try shoal(["access", "add", "anna"]).status == 78)
        #expect(try shoal(["access", "add", "a b", "--set", "api.access-file=\(file)"]).status == 78)
        #expect(try shoal(["access", "add", "--set", "api.access-file=\(file)"]).status == 64)
    }

    @Test("a subject of certificates gets roles, however it is written")
    func subjects() throws {
        let file = try folder.file("access", "anna viewer subject:CN=anna,O=Example\n")
        let set = ["--set", "api.access-file=\(file)"]
        let subject = "CN=ben\\, the first , O = Example"
        #expect(try shoal(["access", "add", "ben", "--role", "operator", "--subject", subject] + set).status == 0)
        let tokens = try AccessTokens(try String(contentsOfFile: file, encoding: .utf8))
        #expect(tokens.bearer(subject: "CN=anna, O=Example")?.name == "anna")
        #expect(tokens.bearer(subject: "CN=ben\\, the first,O = Example")?.roles == [.operator])
        for other in ["CN=anna", "O=Example,CN=anna", "cn=anna,O=Example", ""] {
            #expect(tokens.bearer(subject: other) == nil, "\(other)")
        }
        for words in [["a b", "--subject", "CN=x"], ["anna", "--subject", " "], ["anna", "--subject", "CN=a\nb"]] {
            #expect(try shoal(["access", "add"] + words + set).status == 78, "\(words)")
        }
        let again = try folder.file(
            "again", "anna viewer subject:CN=a,O=b\nben viewer subject:CN=a, O=b\nx viewer subject:\n")
        let wrong = try shoal(["config", "check", "--set", "api.access-file=\(again)"])
        #expect(wrong.status == 78, "\(wrong.output)")
        for text in ["line 2: the same subject", "line 3: the subject is missing"] {
            #expect(wrong.output.contains(text), "\(wrong.output)")
        }
    }

    @Test("files of certificates that cannot be used are told, each with its setting")
    func certificates() throws {
        func openssl(_ words: [String]) throws {
            try run("openssl", words, in: folder.url)
        }
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        for name in ["a", "b"] {
            try openssl(
                ["req", "-x509"] + curve + ["-keyout", "\(name).key", "-out", "\(name).pem", "-subj", "/CN=\(name)"])
        }
        func path(_ name: String) -> String { folder.url.appending(path: name).path }
        let access = try folder.file("tokens", "")
        let text = try folder.file("text", "no certificate")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: text)
        func check(_ certificate: String?, _ key: String?, _ authority: String?, isOpen: Bool = false) throws
            -> CommandResult
        {
            let sets = [
                "api.ssl.certificate.location": certificate, "api.ssl.key.location": key,
                "api.ssl.ca.location": authority, "api.access-file": isOpen ? nil : access,
            ].compactMap { name, value in value.map { ["--set", "\(name)=\($0)"] } }
            return try shoal(
                ["config", "check"] + sets.flatMap { $0 }, environment: ["SHOAL_PRIVACY_KEY": TestKey.digits])
        }
        let right = try check(path("a.pem"), path("a.key"), path("b.pem"))
        #expect(!right.output.contains("api.ssl"), "\(right.output)")
        for (result, texts) in [
            (try check(path("a.pem"), path("b.key"), nil), ["api.ssl.certificate.location: ", "b.key: "]),
            (try check(path("a.pem"), nil, nil), ["api.ssl.key.location, which belongs to it, is not set"]),
            (try check(nil, path("a.key"), nil), ["api.ssl.certificate.location, which belongs to it, is not set"]),
            (try check(nil, nil, path("b.pem")), ["api.ssl.ca.location: api.ssl.certificate.location is not set"]),
            (
                try check(path("a.pem"), path("a.key"), path("b.pem"), isOpen: true),
                ["api.access-file, which gives roles"]
            ),
            (try check(path("none"), path("a.key"), nil), ["api.ssl.certificate.location", "none"]),
            (try check(path("a.pem"), text, text), ["api.ssl.certificate.location: ", "api.ssl.ca.location: "]),
        ] {
            #expect(result.status == 78, "\(result.output)")
            for text in texts { #expect(result.output.contains(text), "\(text): \(result.output)") }
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path("a.key"))
        let read = try check(path("a.pem"), path("a.key"), nil)
        #expect(read.status == 78 && read.output.contains("others can pose as this server"), "\(read.output)")
    }

    @Test("an address for other hosts needs an access file, and a wrong file is told line by line")
    func refused() throws {
        let open = try shoal(["config", "check", "--set", "api.listen=:8090"])
        #expect(open.status == 78 && open.output.contains("api.access-file"), "\(open.output)")
        let set = ["--set", "api.listen=:8090", "--set", "api.oidc.issuer=https://a.example", "--set"]
        let issuer = try shoal(["config", "check"] + set + ["api.oidc.audience=shoal"])
        #expect(!issuer.output.contains("api."), "\(issuer.output)")
        let bare = try shoal(["config", "check"] + set + ["api.oidc.roles=a=b"])
        #expect(bare.status == 78 && bare.output.contains("api.oidc.audience: is not set"), "\(bare.output)")
        #expect(bare.output.contains("api.oidc.roles: a=b: must be VALUE=ROLE"), "\(bare.output)")
        let file = try folder.file(
            "wrong", "anna viewer\nben king \(String(repeating: "0a", count: 32))\nc viewer 12\n")
        let wrong = try shoal(["config", "check", "--set", "api.access-file=\(file)"])
        #expect(wrong.status == 78, "\(wrong.output)")
        for text in ["line 1: must be NAME ROLE SHA256", "line 2: king is not a role", "line 3: the third word"] {
            #expect(wrong.output.contains(text), "\(text): \(wrong.output)")
        }
    }

    @Test("schemas/openapi.yaml has each path")
    func schema() throws {
        let file = TestBroker.root.appending(path: "schemas/openapi.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        for path in [
            "/v1/clusters", "/v1/clusters/{id}", "/v1/clusters/{id}/lineage", "/v1/models", "/v1/models/{version}",
            "/v1/changes", "/v1/status", "/v1/members:lookup", "/v1/audit",
        ] { #expect(text.contains("\n  \(path):\n"), "\(path)") }
    }
}

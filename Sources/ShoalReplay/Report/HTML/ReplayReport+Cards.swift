package import ShoalClustering

extension ReplayReport {
    /// Returns a card for each active cluster and a table of the ended ones.
    func cardSection(_ palette: Palette) -> ReportPage.Section {
        .init(
            "clusters", "Clusters at the end",
            lead: "Largest first, with the topics that members of the cluster watch more than other viewers.",
            "\(folded(cards(palette)))\(endedTable)")
    }

    /// Returns a card for each active cluster, or for each of those with a topic.
    func cards(_ palette: Palette, _ search: TopicSearch? = nil) -> [Markup] {
        let picked = thinned(to: 60)
        let (times, living) = (rowTimes, living.filter { search.map($0.has) ?? true })
        let shown = Set(living.map(\.id))
        let eligible = rows.last?.eligible ?? 0
        return living.map { cluster -> Markup in
            """
            <article class="card \(palette.name(of: cluster.id))" id="cluster-\(cluster.id)">
            <h3>\(cluster.heading)<span><b>\(ReportWords.number(cluster.members))</b> members · \
            \(ReportWords.part(cluster.members, of: eligible))</span></h3>
            \(Sparkline.image(
                sizes(of: cluster.id, in: picked), style: palette.name(of: cluster.id),
                label: "Members over time, \(ReportWords.number(cluster.peak)) at most"))
            \(topics(cluster, search))\(branches(cluster, shown, search))<p>\(origin(cluster, times)); \
            <b>\(ReportWords.share(cluster.cohesion, digits: 0))</b> alike; \
            <b>\(ReportWords.number(cluster.peak))</b> at most</p>
            </article>

            """
        }
    }

    private var rowTimes: [Epoch: Int64] {
        Dictionary(rows.map { ($0.version, $0.time) }) { first, _ in first }
    }

    /// Returns the cards, of which those behind the first ones are folded. A link to one of them unfolds them.
    func folded(_ cards: [Markup]) -> Markup {
        func grid(_ cards: ArraySlice<Markup>) -> Markup { "<div class=\"cards\">\(Array(cards))</div>\n" }
        let most = 24
        guard cards.count > most + 6 else { return grid(cards[...]) }
        let more = "\(cards.count - most) smaller clusters"
        return
            "\(grid(cards.prefix(most)))<details><summary>\(more)</summary>\(grid(cards.dropFirst(most)))</details>\n"
    }

    private func topics(_ cluster: Cluster, _ search: TopicSearch?) -> Markup {
        guard !cluster.leadingTopics.isEmpty else { return "<p>No topic stands out.</p>\n" }
        let topics = cluster.leadingTopics.enumerated().map { index, topic -> Markup in
            "<li\(index == 0 ? " class=\"lead1\"" as Markup : "")>\(name(topic, search))</li>" as Markup
        }
        return "<ul class=\"topics\">\(topics)</ul>\n"
    }

    /// Returns a topic's name, marked if it is looked for.
    private func name(_ topic: String, _ search: TopicSearch?) -> Markup {
        let isFound = search?.finds(topic) ?? false
        return isFound ? "<mark><bdi>\(topic)</bdi></mark>" : "<bdi>\(topic)</bdi>"
    }

    private func branches(_ cluster: Cluster, _ shown: Set<ClusterID>, _ search: TopicSearch?) -> Markup {
        func list(_ parts: [Markup]) -> Markup {
            var list = Markup()
            for (index, part) in parts.enumerated() { list += index == 0 ? part : ", \(part)" }
            return list
        }
        let topics = cluster.branchTopics.map { name($0, search) }
        let others = cluster.branchClusters.map { id -> Markup in
            shown.contains(id) ? "<a href=\"#cluster-\(id)\">\(id)</a>" : "\(id)"
        }
        var parts: [Markup] = topics.isEmpty ? [] : [list(topics)]
        if !others.isEmpty { parts.append("\(others.count == 1 ? "cluster" : "clusters") \(list(others))") }
        guard let first = parts.first else { return "" }
        return "<p>branches out to \(first)\(parts.count > 1 ? "; \(parts[1])" : "" as Markup)</p>\n"
    }

    private func origin(_ cluster: Cluster, _ times: [Epoch: Int64]) -> String {
        let time = times[cluster.created].map(ReportWords.time) ?? "version \(cluster.created)"
        switch cluster.origin {
        case "split" where cluster.parent != 0: return "split off \(cluster.parent) on \(time)"
        case "birth": return "born on \(time)"
        default: return "there since \(time)"
        }
    }

    /// Returns the table of clusters that have ended or are not published at the end.
    var endedTable: Markup {
        let (times, shown) = (rowTimes, sizesAtEnd)
        let gone = clusters.filter { shown[$0.id] == nil }
        guard !gone.isEmpty else { return "" }
        let most = 500
        let rows = gone.prefix(most).map { cluster -> Markup in
            let fate =
                cluster.survivor != 0
                ? "merged into \(cluster.survivor)" : cluster.ended == nil ? "gone" : "retired"
            let until = cluster.ended.flatMap { times[$0] }.map { " " + ReportWords.time($0) } ?? ""
            return """
                <tr><td class="r">\(cluster.id)</td><td>\(origin(cluster, times))</td><td>\(fate)\(until)</td>\
                <td class="r">\(ReportWords.number(cluster.peak))</td>\
                <td>\(cluster.leadingTopics.joined(separator: ", "))</td></tr>

                """
        }
        let head: Markup = """
            <th scope="col" class="r">id</th><th scope="col">began</th><th scope="col">ended</th>\
            <th scope="col" class="r">most members</th><th scope="col">topics</th>
            """
        return """
            <details><summary>\(ReportWords.count(gone.count, "cluster")) no longer published</summary>
            \(ReportPage.table(head: head, Array(rows), label: "Clusters that are no longer published"))</details>

            """
    }
}

extension ReplayReport.Cluster {
    /// The number, and the label behind it as one item of the card's heading.
    fileprivate var heading: Markup {
        label == nil ? "Cluster \(id)" : "<bdi>Cluster \(id)\(labelMarkup)</bdi>"
    }

    /// The label behind the number; nothing without one.
    var labelMarkup: Markup { label.map { " · <bdi>\($0)</bdi>" } ?? "" }

    /// Returns whether a topic of the description is found.
    package func has(_ search: TopicSearch) -> Bool { (leadingTopics + branchTopics).contains(where: search.finds) }
}

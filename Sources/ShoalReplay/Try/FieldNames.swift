internal import ShoalSchemas

/// Names that the fields of watch events have elsewhere. A name is compared without case, `_`, `-` and spaces, alone and
/// with the name before it.
enum FieldNames {
    /// By field, the most specific names first.
    static let exact: [EventMapping.Field: [String]] = [
        .viewer: [
            "viewerid", "userid", "memberid", "profileid", "accountid", "customerid", "subscriberid", "distinctid",
            "mpid", "domainuserid", "networkuserid", "visitorid", "personid", "clientid", "uid", "useridhash",
            "username", "viewername", "profilename", "viewer", "user", "member", "customer", "profile", "account",
            "anonymousid", "deviceid", "sessionid",
        ],
        .video: [
            "videoid", "contentassetid", "contentid", "assetid", "mediaid", "movieid", "showid", "itemid", "programid",
            "episodeid", "trackid", "recordingmbid", "articleid", "productid", "titleurl", "videotitle", "trackname",
            "pageurl", "video", "movie", "item", "title", "url", "name",
        ],
        .topics: [
            "topics", "genres", "tags", "categories", "topic", "genre", "keywords", "hashtags", "labels", "interests",
            "subjects", "tag", "category", "subtitles[]name", "artists", "artistname", "artist", "channelname",
            "channel", "section", "subject", "keyword",
        ],
        .watched: [
            "watchedms", "watchtimems", "msplayed", "playtimems", "watched", "watchtime", "watchduration",
            "timewatched",
            "viewtime", "viewduration", "secondswatched", "watchedseconds", "watchseconds", "secondsplayed",
            "playduration", "playtime", "playingtime", "listenedms", "dwelltime", "timespent", "position", "progress",
            "percentwatched", "watchedpercent", "percentcomplete", "completion", "watchratio", "playpercent",
        ],
        .duration: [
            "durationms", "videodurationms", "videoduration", "totallength", "contentlength", "runtime", "videolength",
            "duration", "length", "totalduration",
        ],
        .time: [
            "eventtimems", "eventtime", "timestamp", "originaltimestamp", "derivedtstamp", "collectortstamp",
            "timestampunixtimems", "watchedat", "listenedat", "playedat", "viewedat", "starttime", "occurredat",
            "createdat", "time", "ts", "datetime", "date", "eventdate", "receivedat", "sentat",
        ],
        .id: ["eventid", "messageid", "insertid", "sourcemessageid", "uuid", "id"],
    ]

    /// Words by which a field is found whose name is not listed.
    static let words: [EventMapping.Field: [String]] = [
        .viewer: ["viewer", "user", "member", "customer", "account", "profile", "subscriber"],
        .video: ["video", "movie", "content", "item", "title", "track", "show"],
        .topics: ["topic", "genre", "tag", "categor", "keyword", "interest"],
        .watched: ["watch", "played", "viewed", "listened", "spent"],
        .duration: ["duration", "length", "runtime"],
        .time: ["time", "date", "tstamp"],
        .id: ["eventid", "messageid"],
    ]

    /// Names of the field that holds the topic in a list of objects.
    private static let titles: Set = ["name", "title", "label", "slug", "value"]

    /// Returns how well a path's name fits a field, 0 … 100.
    static func score(_ path: FieldPath, _ field: EventMapping.Field) -> Int {
        let names = path.components.map { normalized($0.name) + ($0.isList ? "[]" : "") }
        let last = names.last.map { $0.replacing("[]", with: "") } ?? ""
        let pair = names.suffix(2).joined().replacing("[]", with: "")
        let listed = exact[field] ?? []
        if field == .topics, names.count > 1, names[names.count - 2].hasSuffix("[]"), Self.titles.contains(last) {
            let list = names[names.count - 2].replacing("[]", with: "")
            if let rank = listed.firstIndex(of: list) { return 100 - rank }
        }
        let ranks = [last, pair, names.suffix(2).joined()].compactMap { name in listed.firstIndex(of: name) }
        if let rank = ranks.min() { return 100 - rank }
        // As in `master_metadata_album_artist_name`.
        if listed.contains(where: { $0.count >= 8 && last.hasSuffix($0) }) { return 60 }
        let parts = path.components.suffix(2).flatMap { Self.parts(of: $0.name) }
        let isSimilar = (words[field] ?? []).contains { word in parts.contains { $0.hasPrefix(word) } }
        return isSimilar ? 40 : 0
    }

    /// The words of a name such as `watch_time`, `watchTime` or `Watch Time`, in lower case.
    static func parts(of name: String) -> [String] {
        var parts = [""]
        for character in name {
            if !character.isLetter || character.isUppercase { parts.append("") }
            parts[parts.count - 1] += character.isLetter ? character.lowercased() : ""
        }
        return parts.filter { !$0.isEmpty }
    }

    private static func normalized(_ name: String) -> String {
        name.lowercased().filter { $0.isLetter || $0.isNumber }
    }
}

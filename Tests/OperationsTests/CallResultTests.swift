import Foundation
import TestSupport
import Testing

/// Finds calls of C functions whose result is discarded, because an unchecked status hides a failure.
@Suite("Results of C functions")
struct CallResultTests {
    /// The functions whose result may be discarded, with the reason. All other results must be used.
    private static let allowed: [String: String] = {
        let nothing = """
            EVP_CIPHER_CTX_free EVP_CIPHER_free EVP_KDF_CTX_free EVP_KDF_free EVP_MAC_CTX_free EVP_MAC_free ERR_error_string_n cjose_jws_release MHD_destroy_response MHD_stop_daemon free freeaddrinfo prefetch_line
            rd_kafka_AdminOptions_destroy rd_kafka_ConfigResource_destroy_array rd_kafka_DeleteGroup_destroy_array
            rd_kafka_DeleteTopic_destroy_array rd_kafka_DescribeConsumerGroups rd_kafka_ListConsumerGroupOffsets
            rd_kafka_ListConsumerGroupOffsets_destroy_array rd_kafka_NewTopic_destroy_array rd_kafka_conf_destroy
            rd_kafka_conf_properties_show rd_kafka_conf_set_dr_msg_cb rd_kafka_conf_set_events rd_kafka_conf_set_log_cb
            rd_kafka_conf_set_opaque rd_kafka_consumer_group_metadata_destroy rd_kafka_destroy_flags rd_kafka_error_destroy
            rd_kafka_event_destroy rd_kafka_group_list_destroy
            rd_kafka_headers_destroy rd_kafka_mem_free rd_kafka_message_destroy
            rd_kafka_metadata_destroy rd_kafka_mock_cluster_destroy rd_kafka_mock_push_request_errors_array
            rd_kafka_queue_cb_event_enable rd_kafka_queue_destroy rd_kafka_topic_destroy rd_kafka_topic_partition_list_destroy
            """
        let swift =
            "append send withUnsafeBytes withUnsafeMutableBytes withUnsafeMutablePointer "
            + "withUnsafeTemporaryAllocation"
        var allowed = [
            "MHD_get_connection_values": "returns how many arguments there are",
            "cjose_jwk_release": "returns whether others still hold the key",
            "clock_gettime": "Linux has this clock always",
            "fclose": "the stream is one in memory, and an empty text is refused",
            "gzclose": "the file was read: an error before its end is found by gzread",
            "poll": "the next attempt to write tells of the error",
            "pthread_sigmask": "fails for an unknown operation only, and they are constants",
            "sigemptyset": "fails for a bad address only",
            "sigaddset": "fails for an unknown signal only, and they are constants",
            "unlink": "it removes a part of a file after an error, which is thrown",
            "write": "a signal handler has nobody to tell",
            "ZSTD_freeDCtx": "fails for a context in static memory only",
            "rd_kafka_poll": "returns how many callbacks were served",
            "rd_kafka_consume_stop": "fails for a partition that is not read, and the reader is gone anyway",
            "rd_kafka_query_watermark_offsets": "the request is what matters, and not the answer",
            "rd_kafka_topic_partition_list_add": "returns the new element; librdkafka ends the process without memory",
        ]
        for name in nothing.split(whereSeparator: \.isWhitespace) { allowed[String(name)] = "returns nothing" }
        for name in swift.split(separator: " ") { allowed[String(name)] = "is Swift, whose compiler looks" }
        return allowed
    }()

    @Test("are looked at, or the call is listed with a reason")
    func results() throws {
        var found: [String: [String]] = [:]
        let sources = TestBroker.root.appending(path: "Sources")
        let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
        var count = 0
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift" else { continue }
            count += 1
            for (name, line) in Self.dropped(try String(contentsOf: file, encoding: .utf8)) {
                found[name, default: []].append("\(file.lastPathComponent):\(line)")
            }
        }
        #expect(count > 200)
        for (name, places) in found.sorted(by: { $0.key < $1.key }) where Self.allowed[name] == nil {
            Issue.record("\(places.joined(separator: ", ")): the result of \(name) is dropped")
        }
        for name in Self.allowed.keys.sorted() where found[name] == nil && name != "ERR_error_string_n" {
            Issue.record("\(name) is listed, and there is no such call")
        }
    }

    @Test("a dropped result is found where it stands")
    func finds() {
        let text = """
            func first() {
                _ = unsafe EVP_MAC_init(context, nil, 0, nil)
                unsafe EVP_MAC_update(context, bytes, 3)
                for header in headers { unsafe header_add(header) }
                let code = unsafe used(1)
                guard unsafe looked_at(1) == 0 else { return }
                return unsafe buffer.withUnsafeBytes { bytes in
                    // Safe: a comment.
                    unsafe returned(bytes)
                }
            }
            """
        #expect(Self.dropped(text).map(\.name) == ["EVP_MAC_init", "EVP_MAC_update", "header_add"])
    }

    /// The calls at the position of a statement, or whose result is assigned to `_`, with their lines.
    private static func dropped(_ text: String) -> [(name: String, line: Int)] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        var found: [(name: String, line: Int)] = []
        for (index, line) in lines.enumerated() where !line.hasPrefix("//") {
            for match in line.matches(of: #/_ = unsafe (\w+)\(/#) { found.append((String(match.1), index + 1)) }
            for match in line.matches(of: #/^(?:for|if|else|defer|guard)\b.*\{ unsafe (\w+)\(/#) {
                found.append((String(match.1), index + 1))
            }
            guard let match = line.prefixMatch(of: #/unsafe (\w+)\(/#), isStatement(lines, index) else { continue }
            found.append((String(match.1), index + 1))
        }
        // Initializers of Swift's types are values.
        return found.filter { $0.name.firstMatch(of: #/^[A-Z][a-z]/#) == nil }
    }

    private static func isStatement(_ lines: [String], _ index: Int) -> Bool {
        let before = lines[..<index].last { !$0.isEmpty && !$0.hasPrefix("//") } ?? ""
        var (end, depth) = (index, 0)
        while end < lines.count {
            for character in lines[end] {
                if character == "(" || character == "{" { depth += 1 }
                if character == ")" || character == "}" { depth -= 1 }
            }
            if depth <= 0 { break }
            end += 1
        }
        let last = lines[min(end, lines.count - 1)]
        let after = end + 1 < lines.count ? lines[end + 1] : ""
        // A part of an expression.
        if before.firstMatch(of: #/(=|\(|,|return|\?|:|&&|\|\||guard|\btry|unsafe)$/#) != nil { return false }
        if after.prefixMatch(of: #/==|!=|<|>|\.|\?|:|&&|\|\|/#) != nil || last.hasSuffix("== 0") { return false }
        guard after.hasPrefix("}") else { return true }
        // The only expression of a closure or of a function is its result.
        if before.firstMatch(of: #/\bfunc\b.*->/#) != nil { return false }
        let opensBlock =
            #/^(for|if|while|else|\} else|guard|defer|deinit|do|case|.*\bfunc\b|(public |private )?init)\b/#
        if before.hasSuffix(" in") || before.hasSuffix("{") && before.prefixMatch(of: opensBlock) == nil {
            return false
        }
        return true
    }
}

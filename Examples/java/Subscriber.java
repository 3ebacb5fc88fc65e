import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Prints what becomes of members, each change once, also over restarts.
 *
 * <pre>java -cp kafka-clients.jar:slf4j-api.jar Subscriber.java localhost:9092 cluster-changes subscriber.json [--once]</pre>
 *
 * The result and the position behind the last change are kept in one file, written together: whenever the program ends, it
 * continues exactly where it was. The examples in Swift and Python print the same, and continue from the same file.
 *
 * <p>It needs Java 17 and kafka-clients, and joins no consumer group.
 */
public class Subscriber {
    /** A change of a member or of a cluster; schemas/shoal/v1/cluster_change.proto describes the fields. */
    record Change(
            String id, String kind, String member, long cluster, long from, long to, String why, Long modelVersion, Long eventTime,
            long otherCluster, long members, List<String> leadingTopics, List<String> formerTopics, long cohesion,
            List<String> branchTopics, List<Long> branchClusters, Long pseudonymPeriod) {
        private static final List<String> KINDS = List.of(
                "unspecified", "member_joined", "member_moved", "member_left", "member_erased", "cluster_created",
                "cluster_split", "cluster_merged", "cluster_retired", "cluster_drifted");
        private static final List<String> REASONS = List.of(
                "unspecified", "event", "erased", "expired", "topic_dropped", "merge", "split", "birth", "retire", "seed",
                "withheld", "shown", "rotated");
        private static final Map<Integer, String> NAMES = Map.ofEntries(
                Map.entry(1, "change_id"), Map.entry(2, "kind"), Map.entry(3, "member"), Map.entry(4, "cluster"),
                Map.entry(5, "from"), Map.entry(6, "to"), Map.entry(7, "why"), Map.entry(9, "model_version"),
                Map.entry(10, "event_time_ms"), Map.entry(13, "other_cluster"), Map.entry(14, "members"),
                Map.entry(15, "leading_topics"), Map.entry(16, "former_topics"), Map.entry(17, "cohesion"),
                Map.entry(18, "branch_topics"), Map.entry(19, "branch_clusters"), Map.entry(20, "pseudonym_period"));

        /** Decodes JSON or Protobuf. Throws RuntimeException if the bytes are neither, or of a kind that is unknown. */
        static Change decode(byte[] value) {
            boolean isJSON = value.length > 0 && value[0] == '{';
            Map<?, ?> fields =
                    isJSON ? (Map<?, ?>) new Json(new String(value, StandardCharsets.UTF_8)).whole() : fieldsOf(value);
            String kind = (String) fields.get("kind");
            if (KINDS.indexOf(kind) < 1) throw new IllegalArgumentException("unknown kind of change: " + kind);
            return new Change(
                    (String) fields.get("change_id"), kind, (String) fields.get("member"), number(fields, "cluster"),
                    number(fields, "from"), number(fields, "to"), (String) fields.get("why"), optional(fields, "model_version"),
                    optional(fields, "event_time_ms"), number(fields, "other_cluster"), number(fields, "members"),
                    list(fields, "leading_topics"), list(fields, "former_topics"), number(fields, "cohesion"),
                    list(fields, "branch_topics"), list(fields, "branch_clusters"), optional(fields, "pseudonym_period"));
        }

        private static Long optional(Map<?, ?> fields, String name) {
            Object found = fields.get(name);
            // Numbers beyond 53 bits are strings in JSON.
            return found == null ? null : found instanceof String digits ? Long.valueOf(digits) : (Long) found;
        }

        private static long number(Map<?, ?> fields, String name) {
            Long found = optional(fields, name);
            return found == null ? 0 : found;
        }

        @SuppressWarnings("unchecked")
        private static <Element> List<Element> list(Map<?, ?> fields, String name) {
            Object found = fields.get(name);
            return found == null ? List.of() : (List<Element>) found;
        }

        /** Returns the fields of a Protobuf message under their names in JSON. Unknown fields are passed over. */
        private static Map<String, Object> fieldsOf(byte[] message) {
            Map<String, Object> fields = new HashMap<>();
            ByteBuffer in = ByteBuffer.wrap(message);
            while (in.hasRemaining()) {
                int tag = (int) varint(in);
                String name = NAMES.getOrDefault(tag >>> 3, "");
                switch (tag & 7) {
                    case 0 -> put(fields, name, varint(in));
                    case 1 -> in.position(in.position() + 8);
                    case 2 -> {
                        byte[] bytes = new byte[(int) varint(in)];
                        in.get(bytes);
                        put(fields, name, bytes);
                    }
                    case 5 -> in.position(in.position() + 4);
                    default -> throw new IllegalArgumentException("not a Protobuf message");
                }
            }
            return fields;
        }

        private static void put(Map<String, Object> fields, String name, long value) {
            switch (name) {
                case "kind" -> fields.put(name, value > 0 && value < KINDS.size() ? KINDS.get((int) value) : "" + value);
                case "why" -> fields.put(name, value > 0 && value < REASONS.size() ? REASONS.get((int) value) : null);
                case "branch_clusters" -> add(fields, name, value);
                default -> fields.put(name, value);
            }
        }

        private static void put(Map<String, Object> fields, String name, byte[] bytes) {
            switch (name) {
                case "change_id", "member" -> fields.put(name, HexFormat.of().formatHex(bytes));
                // Numbers of a list are packed.
                case "branch_clusters" -> {
                    ByteBuffer in = ByteBuffer.wrap(bytes);
                    while (in.hasRemaining()) add(fields, name, varint(in));
                }
                case "leading_topics", "former_topics", "branch_topics" ->
                    add(fields, name, new String(bytes, StandardCharsets.UTF_8));
                default -> { }
            }
        }

        @SuppressWarnings("unchecked")
        private static void add(Map<String, Object> fields, String name, Object element) {
            ((List<Object>) fields.computeIfAbsent(name, key -> new ArrayList<>())).add(element);
        }

        private static long varint(ByteBuffer in) {
            long value = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                byte next = in.get();
                value |= (long) (next & 0x7f) << shift;
                if (next >= 0) return value;
            }
            throw new IllegalArgumentException("not a Protobuf message");
        }
    }

    /** Reads JSON with objects, lists, strings, whole numbers, true, false and null. */
    static class Json {
        private final String text;
        private int at = 0;

        Json(String text) {
            this.text = text;
        }

        Object whole() {
            Object found = value();
            if (next() != 0) throw unexpected();
            return found;
        }

        private Object value() {
            char first = next();
            if (first == '{') return object();
            if (first == '[') return list();
            if (first == '"') return string();
            int end = at;
            while (end < text.length() && ",]} \t\r\n".indexOf(text.charAt(end)) < 0) end++;
            String word = text.substring(at, end);
            at = end;
            return switch (word) {
                case "null" -> null;
                case "true" -> true;
                case "false" -> false;
                default -> Long.valueOf(word);
            };
        }

        private Map<String, Object> object() {
            Map<String, Object> found = new HashMap<>();
            at++;
            while (next() != '}') {
                if (!found.isEmpty()) take(',');
                if (next() != '"') throw unexpected();
                String name = string();
                take(':');
                found.put(name, value());
            }
            at++;
            return found;
        }

        private List<Object> list() {
            List<Object> found = new ArrayList<>();
            at++;
            while (next() != ']') {
                if (!found.isEmpty()) take(',');
                found.add(value());
            }
            at++;
            return found;
        }

        private String string() {
            StringBuilder found = new StringBuilder();
            for (at++; text.charAt(at) != '"'; at++) {
                if (text.charAt(at) != '\\') {
                    found.append(text.charAt(at));
                    continue;
                }
                char escaped = text.charAt(++at);
                switch (escaped) {
                    case 'n' -> found.append('\n');
                    case 't' -> found.append('\t');
                    case 'r' -> found.append('\r');
                    case 'b' -> found.append('\b');
                    case 'f' -> found.append('\f');
                    case 'u' -> {
                        found.append((char) Integer.parseInt(text, at + 1, at + 5, 16));
                        at += 4;
                    }
                    default -> found.append(escaped);
                }
            }
            at++;
            return found.toString();
        }

        private char next() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) at++;
            return at < text.length() ? text.charAt(at) : 0;
        }

        private void take(char expected) {
            if (next() != expected) throw unexpected();
            at++;
        }

        private RuntimeException unexpected() {
            return new IllegalArgumentException("not JSON at character " + at);
        }
    }

    private final String topic;
    private final Path file;
    private long moves = 0;
    /** The next offset of each partition. */
    private final TreeMap<Integer, Long> position = new TreeMap<>();

    private Subscriber(String topic, Path file) throws Exception {
        this.topic = topic;
        this.file = file;
        if (!Files.exists(file)) return;
        Map<?, ?> state = (Map<?, ?>) new Json(Files.readString(file)).whole();
        moves = (Long) state.get("moves");
        String stored = (String) state.get("position");
        if (stored == null) return;
        if (!stored.startsWith(topic + "/")) throw new IllegalStateException(stored + " is a position in another topic");
        for (String part : stored.substring(topic.length() + 1).split(",")) {
            String[] pair = part.split(":");
            position.put(Integer.valueOf(pair[0]), Long.valueOf(pair[1]));
        }
    }

    private void save() throws Exception {
        String offsets = position.entrySet().stream().map(entry -> entry.getKey() + ":" + entry.getValue())
                .collect(Collectors.joining(","));
        Path part = Path.of(file + ".part");
        Files.writeString(part, "{\"moves\":" + moves + ",\"position\":\"" + topic + "/" + offsets + "\"}");
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void show(Change change) {
        if (change.kind().equals("member_moved")) {
            moves++;
            System.out.println("moved from " + change.from() + " to " + change.to() + ", by "
                    + (change.why() == null ? "?" : change.why()));
        } else if (change.kind().equals("cluster_created")) {
            System.out.println("cluster " + change.cluster() + ": " + String.join(", ", change.leadingTopics()));
        }
    }

    private void read(KafkaConsumer<byte[], byte[]> consumer, boolean once) throws Exception {
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition())).toList();
        Map<TopicPartition, Long> firsts = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        consumer.assign(partitions);
        for (TopicPartition partition : partitions) {
            long offset = position.getOrDefault(partition.partition(), firsts.get(partition));
            // Anything else would lose or repeat changes.
            if (offset < firsts.get(partition) || offset > ends.get(partition))
                throw new IllegalStateException(partition + " has no offset " + offset + " any more");
            position.put(partition.partition(), offset);
            consumer.seek(partition, offset);
        }
        while (!once || partitions.stream().anyMatch(one -> position.get(one.partition()) < ends.get(one))) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                if (once && record.offset() >= ends.get(new TopicPartition(topic, record.partition()))) continue;
                if (record.value() != null) show(Change.decode(record.value()));
                position.put(record.partition(), record.offset() + 1);
                // A service would do so now and then, together with what it keeps.
                save();
            }
            // Behind the markers of transactions, too.
            for (TopicPartition one : partitions)
                position.put(one.partition(), once ? Math.min(consumer.position(one), ends.get(one)) : consumer.position(one));
        }
        save();
        System.out.println(moves + " moves so far");
    }

    public static void main(String[] arguments) throws Exception {
        List<String> words = new ArrayList<>(List.of(arguments));
        boolean once = words.remove("--once");
        String topic = words.size() > 1 ? words.get(1) : "cluster-changes";
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, words.isEmpty() ? "localhost:9092" : words.get(0),
                // Others may still be taken back.
                ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed", ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none",
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        Subscriber subscriber = new Subscriber(topic, Path.of(words.size() > 2 ? words.get(2) : "subscriber.json"));
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            if (consumer.partitionsFor(topic).isEmpty()) {
                System.err.println("the topic " + topic + " does not exist; create it with `shoal topics create`");
                System.exit(72);
            }
            subscriber.read(consumer, once);
        }
    }
}

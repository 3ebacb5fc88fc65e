// The delays of bench-live: when records of a topic can be read.
//
//     arrivals BOOTSTRAP TOPIC PARTITIONS ISOLATION FROM
//
// FROM is `beginning` or `end`. Prints "ready" once it reads from the end, and then a line for each record: the wall clock when it was
// read and the record's timestamp, both in ms, its partition, offset and size, the id of the change in it, if an event of its member
// caused it, and the change's `event_time_ms`; "-" and 0 without. `beginning` ends at the end of all partitions, and `end` when it is
// killed.
#define _GNU_SOURCE
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 4096 };

static long wall(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// The id of a change in JSON that an event of its member caused, or "-".
static const char *change_id(const char *bytes, size_t size) {
    static const char name[] = "\"change_id\":\"";
    static char id[33];
    const char *found = size ? memmem(bytes, size, name, sizeof name - 1) : NULL;
    static const char cause[] = "\"why\":\"event\"";
    if (!found || !memmem(bytes, size, cause, sizeof cause - 1) || (size_t)(bytes + size - found) < sizeof name - 1 + 32) return "-";
    memcpy(id, found + sizeof name - 1, 32);
    return id;
}

// The time of a change in JSON, or 0.
static long change_time(const char *bytes, size_t size) {
    static const char name[] = "\"event_time_ms\":";
    const char *found = size ? memmem(bytes, size, name, sizeof name - 1) : NULL;
    // The object's end is no digit.
    return found ? strtol(found + sizeof name - 1, NULL, 10) : 0;
}

int main(int count, char **arguments) {
    if (count != 6) {
        fprintf(stderr, "usage: arrivals BOOTSTRAP TOPIC PARTITIONS ISOLATION FROM\n");
        return 64;
    }
    const char *settings[][2] = {
        {"bootstrap.servers", arguments[1]}, {"group.id", "arrivals"},          {"enable.auto.commit", "false"},
        {"enable.partition.eof", "true"},    {"isolation.level", arguments[4]}, {"fetch.wait.max.ms", "10"},
    };
    char error[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], error, sizeof error) != RD_KAFKA_CONF_OK) {
            fprintf(stderr, "%s\n", error);
            return 1;
        }
    }
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
    if (!client) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    rd_kafka_poll_set_consumer(client);
    int partitions = atoi(arguments[3]), is_whole = !strcmp(arguments[5], "beginning");
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
    for (int i = 0; i < partitions; i++)
        rd_kafka_topic_partition_list_add(list, arguments[2], i)->offset =
            is_whole ? RD_KAFKA_OFFSET_BEGINNING : RD_KAFKA_OFFSET_END;
    rd_kafka_assign(client, list);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(client);
    static rd_kafka_message_t *batch[BATCH];
    for (int ended = 0; !is_whole || ended < partitions;) {
        ssize_t found = rd_kafka_consume_batch_queue(queue, 10, batch, BATCH);
        long now = wall();
        for (ssize_t i = 0; i < found; i++) {
            rd_kafka_message_t *message = batch[i];
            if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
                if (++ended == partitions && !is_whole) printf("ready\n");
            } else if (!message->err) {
                rd_kafka_timestamp_type_t kind;
                long timestamp = (long)rd_kafka_message_timestamp(message, &kind);
                printf(
                    "%ld %ld %d %ld %zu %s %ld\n", now, timestamp, message->partition, (long)message->offset, message->len,
                    change_id(message->payload, message->len), change_time(message->payload, message->len));
            }
            rd_kafka_message_destroy(message);
        }
        fflush(stdout);
    }
    return 0;
}

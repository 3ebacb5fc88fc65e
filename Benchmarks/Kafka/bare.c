// The floor for bench-live: a librdkafka consumer that reads a topic to its end and counts.
//
//     bare BOOTSTRAP TOPIC PARTITIONS
//
// Prints one line of JSON at the end of all partitions, and then waits for records until it is killed, so that its idle cost can
// be measured as well.
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { BATCH = 4096 };

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}

static double cpu(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static rd_kafka_t *consumer(const char *bootstrap) {
    const char *settings[][2] = {
        {"bootstrap.servers", bootstrap},
        {"group.id", "bare"},
        {"enable.auto.commit", "false"},
        {"enable.partition.eof", "true"},
        {"isolation.level", "read_committed"},
        {"queued.max.messages.kbytes", "32768"},
    };
    char error[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], error, sizeof error) != RD_KAFKA_CONF_OK) {
            fprintf(stderr, "%s\n", error);
            exit(1);
        }
    }
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
    if (!client) {
        fprintf(stderr, "%s\n", error);
        exit(1);
    }
    rd_kafka_poll_set_consumer(client);
    return client;
}

int main(int count, char **arguments) {
    if (count != 4) {
        fprintf(stderr, "usage: bare BOOTSTRAP TOPIC PARTITIONS\n");
        return 64;
    }
    rd_kafka_t *client = consumer(arguments[1]);
    int partitions = atoi(arguments[3]);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
    for (int i = 0; i < partitions; i++)
        rd_kafka_topic_partition_list_add(list, arguments[2], i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(client, list);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(client);
    static rd_kafka_message_t *batch[BATCH];
    long messages = 0, bytes = 0, sum = 0;
    double began = 0;
    for (int ended = 0;;) {
        ssize_t found = rd_kafka_consume_batch_queue(queue, ended < partitions ? 100 : 60000, batch, BATCH);
        for (ssize_t i = 0; i < found; i++) {
            rd_kafka_message_t *message = batch[i];
            if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
                if (++ended == partitions) {
                    printf(
                        "{\"messages\": %ld, \"bytes\": %ld, \"sum\": %ld, \"seconds\": %.4f, \"cpu\": %.4f}\n",
                        messages, bytes, sum, seconds() - began, cpu());
                    fflush(stdout);
                }
            } else if (!message->err) {
                if (!messages++) began = seconds();
                bytes += (long)message->len;
                // The value is touched, as by every program that reads it.
                if (message->len) sum += ((const unsigned char *)message->payload)[message->len - 1];
            }
            rd_kafka_message_destroy(message);
        }
    }
}

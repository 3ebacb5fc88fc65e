// Requests of bench-api: so many a second, whatever the answers take.
//
//     requests kept|new PORT RATE SECONDS THREADS FILE...
//
// Each file has one HTTP request; they are sent in turn, so many at a time as there are threads, each of which keeps its connection,
// or has a new one for each request. Prints a line for each answer: the number of its file, its status, and the time in µs from the
// moment at which the request was due, so that a request that waits behind a slow one counts with its wait. Its threads ask for short
// turns: clients run on other machines, and do not wait for a core behind brokers and instances.
#define _GNU_SOURCE
#include "../../Sources/CShoalIntrinsics/turns.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER = 1 << 22 };

static struct {
    char *bytes;
    size_t size;
} *requests;
static int count, threads, port, is_kept;
static double rate, seconds, begin;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int connection(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1, found = socket(AF_INET, SOCK_STREAM, 0);
    if (found < 0 || connect(found, (struct sockaddr *)&address, sizeof address)) fail("connect");
    setsockopt(found, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return found;
}

// Reads one answer, and returns its status.
static int answer(int stream, char *bytes) {
    size_t size = 0, whole = 0;
    while (!whole || size < whole) {
        ssize_t more = recv(stream, bytes + size, ANSWER - 1 - size, 0);
        if (more <= 0) fail("the connection ended within an answer");
        bytes[size += more] = 0;
        char *end = whole ? NULL : strstr(bytes, "\r\n\r\n");
        if (end) {
            char *length = strcasestr(bytes, "\r\nContent-Length:");
            whole = end + 4 - bytes + (length && length < end ? strtoul(length + 17, NULL, 10) : 0);
            if (whole >= ANSWER) exit(1);
        }
    }
    return atoi(bytes + sizeof "HTTP/1.1");
}

static void *work(void *argument) {
    char *bytes = malloc(ANSWER);
    int stream = -1;
    for (long number = (long)argument;; number += threads) {
        double due = begin + number / rate, wait = due - now();
        if (due > begin + seconds) break;
        if (wait > 0) usleep((useconds_t)(wait * 1e6));
        int file = number % count;
        if (stream < 0) stream = connection();
        if (send(stream, requests[file].bytes, requests[file].size, MSG_NOSIGNAL) != (ssize_t)requests[file].size) fail("send");
        int status = answer(stream, bytes);
        printf("%d %d %.0f\n", file, status, (now() - due) * 1e6);
        if (!is_kept) {
            close(stream);
            stream = -1;
        }
    }
    if (stream >= 0) close(stream);
    free(bytes);
    return NULL;
}

int main(int words, char **arguments) {
    if (words < 7) {
        fprintf(stderr, "usage: requests kept|new PORT RATE SECONDS THREADS FILE...\n");
        return 64;
    }
    is_kept = !strcmp(arguments[1], "kept");
    port = atoi(arguments[2]), rate = atof(arguments[3]), seconds = atof(arguments[4]), threads = atoi(arguments[5]);
    count = words - 6;
    requests = calloc(count, sizeof *requests);
    for (int i = 0; i < count; i++) {
        FILE *file = fopen(arguments[6 + i], "rb");
        if (!file) fail(arguments[6 + i]);
        requests[i].bytes = malloc(1 << 16);
        requests[i].size = fread(requests[i].bytes, 1, 1 << 16, file);
        fclose(file);
    }
    (void)shorten_turns();
    setvbuf(stdout, NULL, _IOLBF, 0);
    pthread_t *working = calloc(threads, sizeof *working);
    begin = now() + 0.05;
    for (long i = 0; i < threads; i++) pthread_create(&working[i], NULL, work, (void *)i);
    for (int i = 0; i < threads; i++) pthread_join(working[i], NULL);
    return 0;
}

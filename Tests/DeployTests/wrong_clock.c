// Preloaded, it makes a program's wall clock wrong by WRONG_CLOCK seconds.
//
// Only what Foundation asks is changed. Debian's faketime changes what librdkafka waits by, too, and its waits never end then.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
    static int (*original)(clockid_t, struct timespec *);
    if (!original) original = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int status = original(clock, time);
    const char *seconds = getenv("WRONG_CLOCK");
    if (clock == CLOCK_REALTIME && status == 0 && seconds) time->tv_sec += atoll(seconds);
    return status;
}

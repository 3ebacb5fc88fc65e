// What the thread sanitizer does not see by itself. Linked only under it; the symbols of the program come before those of
// libraries.
//
// The C library's C11 threads go through POSIX threads, which it sees. Debian's librdkafka is built on C11 threads: without
// this the sanitizer knows nothing of its threads and locks, and ends with a crash in one of them. glibc's types are those of
// POSIX in other clothes: mtx_t, cnd_t, once_flag, tss_t, and thrd_t have their sizes, and librdkafka was compiled with them.
//
// Swift's `Mutex` is inlined where nobody waits, and then seen. Where somebody waits, it goes through functions of a library
// that was not built for the sanitizer: they are wrapped, and tell it who follows whom.
//
// So it is with the counts of references: whoever changes an array in place, because he has the only reference left, follows
// whoever let go of another one.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>
#include <time.h>

_Static_assert(sizeof(mtx_t) >= sizeof(pthread_mutex_t), "a lock fits");
_Static_assert(sizeof(cnd_t) >= sizeof(pthread_cond_t), "a condition fits");
_Static_assert(sizeof(once_flag) >= sizeof(pthread_once_t), "a flag fits");
_Static_assert(sizeof(tss_t) == sizeof(pthread_key_t), "a key fits");
_Static_assert(sizeof(thrd_t) == sizeof(pthread_t), "a thread fits");

static int result(int error) {
    switch (error) {
    case 0: return thrd_success;
    case ENOMEM: return thrd_nomem;
    case EBUSY: return thrd_busy;
    case ETIMEDOUT: return thrd_timedout;
    default: return thrd_error;
    }
}

// Threads

struct start {
    thrd_start_t function;
    void *argument;
};

static void *begin(void *pointer) {
    struct start start = *(struct start *)pointer;
    free(pointer);
    return (void *)(intptr_t)start.function(start.argument);
}

int thrd_create(thrd_t *thread, thrd_start_t function, void *argument) {
    struct start *start = malloc(sizeof *start);
    if (!start) return thrd_nomem;
    *start = (struct start){function, argument};
    int error = pthread_create(thread, NULL, begin, start);
    if (error) free(start);
    return error == EAGAIN ? thrd_nomem : result(error);
}

int thrd_join(thrd_t thread, int *code) {
    void *value = NULL;
    int error = pthread_join(thread, &value);
    if (code) *code = (int)(intptr_t)value;
    return result(error);
}

int thrd_detach(thrd_t thread) { return result(pthread_detach(thread)); }
thrd_t thrd_current(void) { return pthread_self(); }
int thrd_equal(thrd_t left, thrd_t right) { return pthread_equal(left, right); }
void thrd_exit(int code) { pthread_exit((void *)(intptr_t)code); }
void thrd_yield(void) { sched_yield(); }

int thrd_sleep(const struct timespec *time, struct timespec *left) {
    int error = clock_nanosleep(CLOCK_REALTIME, 0, time, left);
    return error == 0 ? 0 : error == EINTR ? -1 : -2;
}

// Locks

int mtx_init(mtx_t *lock, int type) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    if (type & mtx_recursive) pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    int error = pthread_mutex_init((pthread_mutex_t *)lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
    return result(error);
}

void mtx_destroy(mtx_t *lock) { pthread_mutex_destroy((pthread_mutex_t *)lock); }
int mtx_lock(mtx_t *lock) { return result(pthread_mutex_lock((pthread_mutex_t *)lock)); }
int mtx_trylock(mtx_t *lock) { return result(pthread_mutex_trylock((pthread_mutex_t *)lock)); }
int mtx_unlock(mtx_t *lock) { return result(pthread_mutex_unlock((pthread_mutex_t *)lock)); }
int mtx_timedlock(mtx_t *lock, const struct timespec *time) {
    return result(pthread_mutex_timedlock((pthread_mutex_t *)lock, time));
}

// Conditions

int cnd_init(cnd_t *condition) { return result(pthread_cond_init((pthread_cond_t *)condition, NULL)); }
void cnd_destroy(cnd_t *condition) { pthread_cond_destroy((pthread_cond_t *)condition); }
int cnd_signal(cnd_t *condition) { return result(pthread_cond_signal((pthread_cond_t *)condition)); }
int cnd_broadcast(cnd_t *condition) { return result(pthread_cond_broadcast((pthread_cond_t *)condition)); }
int cnd_wait(cnd_t *condition, mtx_t *lock) {
    return result(pthread_cond_wait((pthread_cond_t *)condition, (pthread_mutex_t *)lock));
}
int cnd_timedwait(cnd_t *condition, mtx_t *lock, const struct timespec *time) {
    return result(pthread_cond_timedwait((pthread_cond_t *)condition, (pthread_mutex_t *)lock, time));
}

// Once, and storage of a thread

void call_once(once_flag *flag, void (*function)(void)) { pthread_once((pthread_once_t *)flag, function); }
int tss_create(tss_t *key, tss_dtor_t destroy) { return result(pthread_key_create(key, destroy)); }
void tss_delete(tss_t key) { pthread_key_delete(key); }
void *tss_get(tss_t key) { return pthread_getspecific(key); }
int tss_set(tss_t key, void *value) { return result(pthread_setspecific(key, value)); }

// Swift's `Mutex`: self comes in the register of the context, and begins with the word that is locked.

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *

void __tsan_acquire(void *);
void __tsan_release(void *);

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef SWIFT void (*lock_t)(uint32_t thread, SELF);
typedef SWIFT _Bool (*try_lock_t)(SELF);
typedef SWIFT void (*unlock_t)(SELF);

static void find(void);

static lock_t lock_next;
static try_lock_t try_lock_next;
static unlock_t unlock_next;

static void (*release_next)(void *);
static void (*bridge_release_next)(void *);
static _Bool (*unique_next)(void *);

void swift_release(void *object) {
    if ((intptr_t)object > 0) __tsan_release(object);
    if (!release_next) find();
    release_next(object);
}

// A reference of Foundation's kind has bits besides the address; where there are none it is a plain one.
void swift_bridgeObjectRelease(void *object) {
    if ((intptr_t)object > 0) __tsan_release(object);
    if (!bridge_release_next) find();
    bridge_release_next(object);
}

_Bool swift_isUniquelyReferenced_nonNull_native(void *object) {
    if (!unique_next) find();
    _Bool is_only = unique_next(object);
    if (is_only) __tsan_acquire(object);
    return is_only;
}

__attribute__((constructor)) static void find(void) {
    unique_next = (_Bool (*)(void *))dlsym(RTLD_NEXT, "swift_isUniquelyReferenced_nonNull_native");
    release_next = (void (*)(void *))dlsym(RTLD_NEXT, "swift_release");
    bridge_release_next = (void (*)(void *))dlsym(RTLD_NEXT, "swift_bridgeObjectRelease");
    lock_next = (lock_t)dlsym(RTLD_NEXT, LOCK);
    try_lock_next = (try_lock_t)dlsym(RTLD_NEXT, TRY_LOCK);
    unlock_next = (unlock_t)dlsym(RTLD_NEXT, UNLOCK);
}

SWIFT void seen_lock(uint32_t thread, SELF self) __asm__(LOCK);
SWIFT void seen_lock(uint32_t thread, SELF self) {
    lock_next(thread, self);
    __tsan_acquire(self);
}

SWIFT _Bool seen_try_lock(SELF self) __asm__(TRY_LOCK);
SWIFT _Bool seen_try_lock(SELF self) {
    _Bool is_ours = try_lock_next(self);
    if (is_ours) __tsan_acquire(self);
    return is_ours;
}

SWIFT void seen_unlock(SELF self) __asm__(UNLOCK);
SWIFT void seen_unlock(SELF self) {
    __tsan_release(self);
    unlock_next(self);
}

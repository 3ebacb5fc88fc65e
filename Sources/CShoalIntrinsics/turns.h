/// Short turns of threads. The program of `make bench-api` uses it, too.
#pragma once
#include <linux/types.h>
#include <sys/syscall.h>
#include <unistd.h>

/// How a thread is scheduled, as the system calls have it (include/uapi/linux/sched/types.h); the C library does not declare it.
struct scheduling {
    __u32 size, policy;
    __u64 flags;
    __s32 nice;
    __u32 priority;
    /// In nanoseconds. With the normal policy, the length of a turn, from Linux 6.12 on.
    __u64 runtime;
    __u64 deadline, period;
};

/// Asks for the shortest turns, 0.1 ms, for the calling thread and those that it will start. Who takes short turns gets them soon,
/// also beside threads that compute all the time; its share stays the same, so it is no matter of rights. Nothing changes where the
/// system does not have it or refuses it.
/// - Returns: what `restore_turns` takes.
static inline struct scheduling shorten_turns(void) {
    struct scheduling found = {0};
    if (syscall(SYS_sched_getattr, 0, &found, sizeof found, 0) || found.policy) return (struct scheduling){0};
    struct scheduling wanted = found;
    wanted.size = sizeof wanted;
    wanted.runtime = 100000;
    (void)syscall(SYS_sched_setattr, 0, &wanted, 0);
    return found;
}

/// Gives the calling thread the turns that it had.
static inline void restore_turns(struct scheduling found) {
    if (!found.size) return;
    found.size = sizeof found;
    (void)syscall(SYS_sched_setattr, 0, &found, 0);
}

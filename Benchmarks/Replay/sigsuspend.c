// Preloaded, it lets the program run under valgrind 3.19.
//
// That version writes to the mask that sigsuspend gets. Swift's libdispatch has it in memory that cannot be written.
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int sigsuspend(const sigset_t *mask) {
    sigset_t copy = *mask;
    return (int)syscall(SYS_rt_sigsuspend, &copy, (_NSIG - 1) / 8);
}

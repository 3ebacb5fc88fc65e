#include <spawn.h>

// spawn.h has these of the GNU C library only with _GNU_SOURCE, which Swift does not set.

/// Adds an action that closes all descriptors from a number on.
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

/// Adds an action that changes the directory.
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *restrict actions, const char *restrict path);

#include <spawn.h>

/* glibc 2.34: spawn.h declares it for _GNU_SOURCE only, which the compiler's own module of glibc does without. */
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

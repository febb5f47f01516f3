// libgit2 1.5 to 1.9. What Swift cannot import: variadic options, and what moved between versions.
#ifndef SLUICE_CGIT_SHIM_H
#define SLUICE_CGIT_SHIM_H

#include <git2.h>
#include <git2/sys/commit.h>
#include <git2/sys/mempack.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>
#if __has_include(<git2/sys/errors.h>)
#include <git2/sys/errors.h>
#endif

// All options are process-wide: they are set once, before anything else.
static inline int sluice_git_set_search_path(int level, const char *path) {
  return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, path);
}

static inline int sluice_git_set_owner_validation(int enabled) {
  return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, enabled);
}

static inline int sluice_git_set_fsync(int enabled) {
  return git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, enabled);
}

static inline int sluice_git_set_strict_object_creation(int enabled) {
  return git_libgit2_opts(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION, enabled);
}

// Libraries before 1.7 know no time limits for servers and wait for ever.
static inline int sluice_git_set_server_timeouts(int connect_milliseconds, int answer_milliseconds) {
#if LIBGIT2_VER_MAJOR > 1 || LIBGIT2_VER_MINOR >= 7
  int code = git_libgit2_opts(GIT_OPT_SET_SERVER_CONNECT_TIMEOUT, connect_milliseconds);
  return code < 0 ? code : git_libgit2_opts(GIT_OPT_SET_SERVER_TIMEOUT, answer_milliseconds);
#else
  (void)connect_milliseconds;
  (void)answer_milliseconds;
  return 0;
#endif
}

// The *_INIT macros hold casts, and the *_init functions take a version that is a macro too.
static inline int sluice_git_merge_options(git_merge_options *options) {
  return git_merge_options_init(options, GIT_MERGE_OPTIONS_VERSION);
}

static inline int sluice_git_init_options(git_repository_init_options *options) {
  return git_repository_init_options_init(options, GIT_REPOSITORY_INIT_OPTIONS_VERSION);
}

static inline int sluice_git_remote_callbacks(git_remote_callbacks *callbacks) {
  return git_remote_init_callbacks(callbacks, GIT_REMOTE_CALLBACKS_VERSION);
}

static inline int sluice_git_fetch_options(git_fetch_options *options) {
  return git_fetch_options_init(options, GIT_FETCH_OPTIONS_VERSION);
}

static inline int sluice_git_push_options(git_push_options *options) {
  return git_push_options_init(options, GIT_PUSH_OPTIONS_VERSION);
}

#endif

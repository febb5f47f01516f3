#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
// What Linux has for waiting at a thousand ports, and Swift's Glibc leaves out.
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

// Variadic in C, so out of Swift's reach.
static inline EVP_PKEY *fake_new_key(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"); }

// Declared only where _GNU_SOURCE is. A child process that starts meanwhile must not inherit a connection.
extern int accept4(int listener, struct sockaddr *address, socklen_t *size, int flags);
static inline int fake_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_CLOEXEC); }

// The same. Beside accepted connections, libraries open sockets that children would inherit, and keep open.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);
static inline int fake_close_from(posix_spawn_file_actions_t *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

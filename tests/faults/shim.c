/* Faults at the K-th call that changes a folder. Loaded by LD_PRELOAD; harmless until `faults_arm` names folder, fault and K.
 *
 * A call counts if it writes, truncates, syncs, renames, removes or makes something below the folder, or opens a file
 * there for writing. The count lies in memory shared with the process that forked, which reads it after a kill.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum fault { COUNT, KILL, TORN, FULL, BROKEN, BROKEN_ONCE, READ_ONLY, SHORT };
enum answer { GO_ON, FAIL, HALF, HALF_THEN_KILL };

static char folder[PATH_MAX];
static size_t folder_length;
static enum fault fault;
static long at;
static int trace = -1;
static long *count;

__attribute__((constructor)) static void start(void) {
    count = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

/* Faults of this process, from the next call on, below `path` (absolute, without links); calls are listed in `log`. */
void faults_arm(const char *path, int kind, long k, const char *log) {
    trace = log[0] ? open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    *count = 0;
    fault = (enum fault)kind;
    at = k;
    strcpy(folder, path);
    folder_length = strlen(path);
}

long faults_count(void) { return *count; }

static int below(const char *path) {
    return folder_length && !strncmp(path, folder, folder_length) &&
           (path[folder_length] == '/' || path[folder_length] == 0);
}

static void name_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length > 0 ? length : 0] = 0;
}

static void absolute(int dirfd, const char *name, char *path) {
    if (name[0] == '/') {
        snprintf(path, PATH_MAX, "%s", name);
        return;
    }
    char start[PATH_MAX];
    if (dirfd != AT_FDCWD) name_of(dirfd, start);
    else if (!getcwd(start, sizeof start)) start[0] = 0;
    if (snprintf(path, PATH_MAX, "%s/%s", start, name) >= PATH_MAX) path[0] = 0;
}

static void end_here(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* What is to become of this call. `removes`: it frees room. `content`: bytes are written, which can be cut in half. */
static enum answer counted(const char *what, const char *path, int removes, int content) {
    if (!folder_length || !below(path)) return GO_ON;
    int kept = errno;
    long k = ++*count;
    if (trace >= 0) dprintf(trace, "%s\t%s\n", what, path);
    errno = kept;
    if (fault == COUNT || k < at) return GO_ON;
    if (fault == KILL && k == at) end_here();
    if (fault == TORN && k == at) {
        if (content) return HALF_THEN_KILL;
        end_here();
    }
    if (fault == SHORT && k == at && content) return HALF;
    if (fault == FULL && !removes) { errno = ENOSPC; return FAIL; }
    if (fault == BROKEN || (fault == BROKEN_ONCE && k == at)) { errno = EIO; return FAIL; }
    if (fault == READ_ONLY) { errno = EROFS; return FAIL; }
    return GO_ON;
}

static enum answer counted_fd(const char *what, int fd, int content) {
    char path[PATH_MAX];
    if (!folder_length || fd == trace) return GO_ON;
    int kept = errno;
    name_of(fd, path);
    errno = kept;
    return counted(what, path, 0, content);
}

static enum answer counted_at(const char *what, int dirfd, const char *name, int removes) {
    char path[PATH_MAX];
    if (!folder_length || !name) return GO_ON;
    int kept = errno;
    absolute(dirfd, name, path);
    errno = kept;
    return counted(what, path, removes, 0);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static ssize_t after_half(enum answer answer, ssize_t written) {
    if (answer == HALF_THEN_KILL) end_here();
    return written;
}

ssize_t write(int fd, const void *bytes, size_t size) {
    enum answer answer = counted_fd("write", fd, size > 1);
    if (answer == FAIL) return -1;
    return after_half(answer, REAL(write)(fd, bytes, answer == GO_ON ? size : size / 2));
}

#define PWRITE(name, offset_type)                                                                     \
    ssize_t name(int fd, const void *bytes, size_t size, offset_type offset) {                        \
        enum answer answer = counted_fd("write", fd, size > 1);                                       \
        if (answer == FAIL) return -1;                                                                \
        return after_half(answer, REAL(name)(fd, bytes, answer == GO_ON ? size : size / 2, offset));  \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t writev(int fd, const struct iovec *parts, int number) {
    enum answer answer = counted_fd("write", fd, number > 1);
    if (answer == FAIL) return -1;
    return after_half(answer, REAL(writev)(fd, parts, answer == GO_ON ? number : number / 2));
}

#define ON_FD(name, what, parameters, arguments)                                                      \
    int name parameters { return counted_fd(what, fd, 0) == FAIL ? -1 : REAL(name) arguments; }
ON_FD(fsync, "sync", (int fd), (fd))
ON_FD(fdatasync, "sync", (int fd), (fd))
ON_FD(ftruncate, "truncate", (int fd, off_t size), (fd, size))
ON_FD(ftruncate64, "truncate", (int fd, off64_t size), (fd, size))

#define ON_PATH(name, what, removes, dirfd, path, parameters, arguments)                              \
    int name parameters { return counted_at(what, dirfd, path, removes) == FAIL ? -1 : REAL(name) arguments; }
ON_PATH(truncate, "truncate", 0, AT_FDCWD, path, (const char *path, off_t size), (path, size))
ON_PATH(truncate64, "truncate", 0, AT_FDCWD, path, (const char *path, off64_t size), (path, size))
ON_PATH(mkdir, "mkdir", 0, AT_FDCWD, path, (const char *path, mode_t mode), (path, mode))
ON_PATH(mkdirat, "mkdir", 0, dirfd, path, (int dirfd, const char *path, mode_t mode), (dirfd, path, mode))
ON_PATH(unlink, "unlink", 1, AT_FDCWD, path, (const char *path), (path))
ON_PATH(unlinkat, "unlink", 1, dirfd, path, (int dirfd, const char *path, int flags), (dirfd, path, flags))
ON_PATH(rmdir, "unlink", 1, AT_FDCWD, path, (const char *path), (path))
ON_PATH(link, "link", 0, AT_FDCWD, to, (const char *from, const char *to), (from, to))
ON_PATH(rename, "rename", 0, AT_FDCWD, to, (const char *from, const char *to), (from, to))
ON_PATH(renameat, "rename", 0, there, to, (int here, const char *from, int there, const char *to),
        (here, from, there, to))
ON_PATH(renameat2, "rename", 0, there, to,
        (int here, const char *from, int there, const char *to, unsigned flags), (here, from, there, to, flags))

static int writes(int flags) { return (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT); }

#define OPEN(name, dirfd, parameters, arguments)                                                      \
    int name parameters {                                                                             \
        va_list rest;                                                                                 \
        va_start(rest, flags);                                                                        \
        mode_t mode = (flags & (O_CREAT | __O_TMPFILE)) ? va_arg(rest, mode_t) : 0;                   \
        va_end(rest);                                                                                 \
        if (writes(flags) && counted_at("open", dirfd, path, 0) == FAIL) return -1;                   \
        return REAL(name) arguments;                                                                  \
    }
OPEN(open, AT_FDCWD, (const char *path, int flags, ...), (path, flags, mode))
OPEN(open64, AT_FDCWD, (const char *path, int flags, ...), (path, flags, mode))
OPEN(openat, dirfd, (int dirfd, const char *path, int flags, ...), (dirfd, path, flags, mode))
OPEN(openat64, dirfd, (int dirfd, const char *path, int flags, ...), (dirfd, path, flags, mode))

/* Put before libc (LD_PRELOAD), this shifts the wall clock by the nanoseconds in the file that QUIZAPP_CLOCK_STEP names.
   The monotonic clock is left alone, as it is when somebody sets a machine's clock. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *step;

__attribute__((constructor)) static void find_step(void) {
    const char *path = getenv("QUIZAPP_CLOCK_STEP");
    int handle = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (handle < 0) return;
    void *seen = mmap(NULL, sizeof *step, PROT_READ, MAP_SHARED, handle, 0);
    close(handle);
    if (seen != MAP_FAILED) step = seen;
}

int clock_gettime(clockid_t which, struct timespec *told) {
    int failed = syscall(SYS_clock_gettime, which, told);
    if (failed || !step || (which != CLOCK_REALTIME && which != CLOCK_REALTIME_COARSE)) return failed;
    int64_t total = told->tv_sec * INT64_C(1000000000) + told->tv_nsec + *step;
    told->tv_sec = total / 1000000000;
    told->tv_nsec = total % 1000000000;
    return 0;
}

int gettimeofday(struct timeval *told, void *zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    told->tv_sec = now.tv_sec;
    told->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *told) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (told) *told = now.tv_sec;
    return now.tv_sec;
}

/* flush.c: to be loaded into ours and the baseline alike (LD_PRELOAD): a flush to disk takes
 * FLUSH_US microseconds at least, as on a slower disk. The processor is free meanwhile, as it is
 * there.
 */
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void
wait_until(struct timespec time)
{
    static long microseconds = -1;
    const char *wanted = getenv("FLUSH_US");
    if (microseconds < 0)
        microseconds = wanted != NULL ? atol(wanted) : 0;
    time.tv_nsec += microseconds % 1000000 * 1000;
    time.tv_sec += microseconds / 1000000 + time.tv_nsec / 1000000000;
    time.tv_nsec %= 1000000000;
    (void)prctl(PR_SET_TIMERSLACK, 1); /* else the kernel adds 50 us */
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0)
        ;
}

static int
flush(long call, int file)
{
    struct timespec start;
    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    int result = (int)syscall(call, file);
    if (result == 0)
        wait_until(start);
    return result;
}

int
fdatasync(int file)
{
    return flush(SYS_fdatasync, file);
}

int
fsync(int file)
{
    return flush(SYS_fsync, file);
}

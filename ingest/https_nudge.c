#include "ingest/https_nudge.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define EVENTS_AT_ONCE 128u
/* That libmicrohttpd waits for beside its connections: its own, and ours. */
#define OTHER_EVENTS   2u

gboolean
https_nudge_watch(struct MHD_Daemon *daemon, int *ret_fd)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = NULL};
    *ret_fd = -1;
    if (info == NULL || info->epoll_fd < 0)
        return TRUE;
    *ret_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return *ret_fd >= 0 && epoll_ctl(info->epoll_fd, EPOLL_CTL_ADD, *ret_fd, &event) == 0;
}

gboolean
https_nudge_needed(int fd, guint connections)
{
    return fd >= 0 && connections + OTHER_EVENTS >= EVENTS_AT_ONCE;
}

void
https_nudge(int fd)
{
    guint64 one = 1;
    /* Nobody reads the count: full after 10^19 times. */
    if (write(fd, &one, sizeof one) < 0)
        return;
}

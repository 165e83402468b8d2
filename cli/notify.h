/* notify.h: the readiness protocol of systemd (sd_notify(3)) without its library. */
#pragma once

/* Sends STATE ("READY=1") to $NOTIFY_SOCKET; does nothing where there is none. */
void notify_systemd(const char *state);

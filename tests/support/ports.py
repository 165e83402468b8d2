"""Ports of loopback, and the servers behind them."""
import smtplib
import socket
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_smtp(port):
    """Whether a mail server greets there within some seconds."""
    for _ in range(200):
        try:
            smtplib.SMTP("127.0.0.1", port, timeout=5).quit()
            return True
        except OSError:
            time.sleep(0.05)
    return False


def read_log(path):
    """What stands in the log at PATH; nothing where there is none yet."""
    try:
        with open(path, errors="replace") as file:
            return file.read()
    except OSError:
        return ""

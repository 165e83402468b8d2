"""Runs a command with standard input from a file and prints its exit status and its peak resident
kilobytes. A program of its own: a child's peak includes what its parent held when it forked."""
import os
import subprocess
import sys

with open(sys.argv[1], "rb") as file:
    process = subprocess.Popen(sys.argv[2:], stdin=file, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
process.returncode = os.waitstatus_to_exitcode(status)
print(process.returncode, usage.ru_maxrss)

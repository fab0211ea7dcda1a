"""What processes cost, and what the PostgreSQL server that they talk to costs meanwhile."""
import os
import pathlib
import subprocess
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    wall_s: float
    client_cpu_s: float
    server_cpu_s: float
    rss_mib: float  # of the largest process
    said: str = ""

    @property
    def cpu_s(self):
        return self.client_cpu_s + self.server_cpu_s


def server_cpu_s(server):
    """User and system seconds of the server and of all it has started, those that ended included."""
    if server is None:
        return 0.0
    ticks = 0
    postmaster = int((pathlib.Path(server.data) / "postmaster.pid").read_text().split("\n")[0])
    children = pathlib.Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    for process in [str(postmaster), *children]:
        try:
            fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        ticks += sum(int(field) for field in fields[11:15 if process == str(postmaster) else 13])
    return ticks / os.sysconf("SC_CLK_TCK")


def cost_of(commands, server=None, together=False):
    """Of the processes, one after the other or all at once."""
    before, begin, client_cpu, rss, said = server_cpu_s(server), time.monotonic(), 0.0, 0, ""
    waves = [commands] if together else [[command] for command in commands]
    for wave in waves:
        for process in [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in wave]:
            said += process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                raise RuntimeError(f"exit code {process.returncode}: {process.args}")
            client_cpu += usage.ru_utime + usage.ru_stime
            rss = max(rss, usage.ru_maxrss)
    wall = time.monotonic() - begin
    if server is not None:
        time.sleep(0.1)  # for the server to have seen its sessions go
    return Cost(wall, client_cpu, server_cpu_s(server) - before, rss / 1024, said)

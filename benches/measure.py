"""Runs programs and servers and measures them: wall clock, CPU seconds, peak memory, latency.

Knows nothing of generators. Python's standard library only; Linux and macOS (peak memory of a
server is read from /proc and missing elsewhere).
"""
import http.client
import json
import os
import signal
import subprocess
import sys
import time

# A process of its own starts the measured program: the peak memory that the kernel reports
# counts what was there before the program took over, so this one must stay small. It is also
# the least peak that can be seen, about 9 MiB.
RUNNER = """
import os, sys, time
log = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
actions = [(os.POSIX_SPAWN_OPEN, 0, '/dev/null', os.O_RDONLY, 0), (os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2)]
started = time.perf_counter()
process = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ, file_actions=actions)
_, status, used = os.wait4(process, 0)
wall = time.perf_counter() - started
print(os.waitstatus_to_exitcode(status), wall, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


class Failed(Exception):
    """A program ended badly, took too long or did not do its work."""


def run(command, folder, log, timeout, environment=None):
    """Runs a program to its end; gives seconds, CPU seconds and MiB of peak memory."""
    runner = [sys.executable, "-I", "-S", "-c", RUNNER, log, *command]
    process = subprocess.Popen(
        runner, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        words, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        end(process)
        raise Failed(f"took more than {timeout} s")
    except BaseException:
        end(process)
        raise
    if process.returncode != 0 or not words:
        raise Failed(f"could not be started: {command[0]}")
    code, wall, cpu, peak = words.split()
    if code != "0":
        raise Failed(f"ended with {code}: {tail(log)}")
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return {"wall": float(wall), "cpu": float(cpu), "peak_mib": int(peak) / unit}


def tail(log):
    """The last words of a log."""
    with open(log, encoding="utf-8", errors="replace") as file:
        return " ".join(file.read()[-600:].split())


def end(process):
    """Ends a process that we started, with what it started itself."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:
            break
        try:
            process.wait(5)
            break
        except subprocess.TimeoutExpired:
            continue
    process.wait()


class Server:
    """A local server that a tool runs."""

    def __init__(self, command, folder, port, log, environment=None):
        self.port = port
        self.log = log
        self.started = time.perf_counter()
        with open(log, "wb") as file:
            self.process = subprocess.Popen(
                command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                start_new_session=True,
            )

    def get(self, path):
        """The page at a path, or nothing while the server cannot answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            return body if answer.status == 200 else None
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def wait_for(self, path, word, since, timeout):
        """Seconds from `since` until the page at a path holds a word."""
        while True:
            body = self.get(path)
            now = time.perf_counter()
            if body is not None and word in body:
                return now - since
            if self.process.poll() is not None:
                raise Failed(f"the server ended: {tail(self.log)}")
            if now - since > timeout:
                raise Failed(f"not served after {timeout} s")
            time.sleep(0.002)

    def peak_mib(self):
        """Peak memory of the server and its children, summed; none where there is no /proc."""
        total, wanted = 0, [self.process.pid]
        while wanted:
            pid = wanted.pop()
            try:
                with open(f"/proc/{pid}/status") as file:
                    fields = dict(line.split(":", 1) for line in file if ":" in line)
                total += int(fields["VmHWM"].split()[0])
                with open(f"/proc/{pid}/task/{pid}/children") as file:
                    wanted += [int(child) for child in file.read().split()]
            except (OSError, KeyError):
                continue
        return total / 1024 or None

    def stop(self):
        """Ends the server."""
        end(self.process)


def free_port():
    """A port that nobody listens on."""
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def machine(folder):
    """What the numbers depend on."""
    facts = {"cpus": os.cpu_count(), "python": sys.version.split()[0], "system": " ".join(os.uname()[i] for i in (0, 2, 4))}
    try:
        with open("/proc/cpuinfo") as file:
            facts["cpu"] = next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
        with open("/proc/meminfo") as file:
            facts["memory_gib"] = round(int(file.readline().split()[1]) / 1024 / 1024, 1)
        found = subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True)
        facts["file_system"] = found.stdout.strip()
    except (OSError, StopIteration, ValueError, IndexError):
        pass
    return facts


def write_json(path, value):
    """Writes a JSON file in one step."""
    with open(path + ".part", "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)
    os.replace(path + ".part", path)

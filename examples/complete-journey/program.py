"""The program `punchcard`: a server, and the commands that are run beside it."""

import contextlib
import json
import os
import re
import subprocess
import sys

from shop import lead_sdk_to

PUNCHCARD = os.environ["PUNCHCARD"]


def make_key():
    return json.loads(subprocess.check_output([PUNCHCARD, "keygen", "--json"]))


@contextlib.contextmanager
def serving(data, world, clock):
    """Serves a store on a free port, which the SDK is led to. `clock` is where a new store's clock stands."""
    command = [PUNCHCARD, "serve", "--data", data, "--world", world, "--listen", "127.0.0.1:0"]
    command += ["--clock", f"manual:{clock}"] if clock else []
    log_name = data.with_suffix(".log")
    with open(log_name, "ab") as log, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as server:
        try:
            listening = (re.match(r"listening on http://127\.0\.0\.1:(\d+)/", line) for line in server.stdout)
            port = next((int(found[1]) for found in listening if found), None)
            if port is None:
                sys.exit(f"Punchcard does not start:\n{log_name.read_text(encoding='utf-8')}")
            lead_sdk_to(port)
            yield
        finally:
            server.terminate()


def run(data, *command):
    """Runs a command to its good end; gives what it prints."""
    return subprocess.run([PUNCHCARD, *command, "--data", data], check=True, stdout=subprocess.PIPE, text=True).stdout


def import_file(what, data, pid, file, *more, stdin=None):
    """Imports a file and gives the report, which names what was bad."""
    command = [PUNCHCARD, "import", what, "--data", data, "--pid", pid, *more, "--json", file]
    # It ends with 1 where a row was bad, which the report says too; without a report nothing was imported.
    done = subprocess.run(command, input=stdin, stdout=subprocess.PIPE)
    return json.loads(done.stdout)

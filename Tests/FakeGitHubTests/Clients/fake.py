"""Starts `fake-github` for a script, and asks it for what people do there."""

import base64
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

TOKENS = {
    "ada": {"token": "ghp_ada", "permission": "write"},
    "root": {"token": "ghp_root", "permission": "admin"},
    "sluice": {"token": "ghp_sluice", "permission": "write"},
    "reader": {"token": "ghp_reader", "permission": "read"},
    "stranger": {"token": "ghp_stranger", "permission": "none"},
}


class Fake:
    """A server of its own, which ends with this object's `with`."""

    def __init__(self, binary, *arguments, app_key=None):
        self.folder = tempfile.TemporaryDirectory()
        tokens = os.path.join(self.folder.name, "tokens.json")
        with open(tokens, "w") as file:
            json.dump(TOKENS, file)
        command = [binary, "--folder", self.folder.name, "--repository", "example/fleet", "--tokens", tokens, *arguments]
        if app_key:
            path = os.path.join(self.folder.name, "app.pem")
            with open(path, "w") as file:
                file.write(app_key)
            command += ["--app-key", path]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        word, self.api, self.url = self.process.stdout.readline().split()
        assert word == "ready", word

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)
        self.folder.cleanup()

    def act(self, verb, **what):
        """What a person does, or the clock."""
        if "login" in what:
            what["as"] = what.pop("login")
        request = urllib.request.Request(
            self.api.removesuffix("/api/v3") + "/_fake/" + verb, json.dumps(what).encode(), method="POST"
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def commit(self, branch, files, message="Change", login="ada"):
        return self.act("commit", branch=branch, files=files, message=message, login=login)["sha"]


def expect(what, found, wanted):
    if found != wanted:
        print(f"{what}: {found!r}, not {wanted!r}", file=sys.stderr)
        sys.exit(1)

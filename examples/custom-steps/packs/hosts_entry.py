#!/usr/bin/env python3
"""A pack for mendgate: names in /etc/hosts.

It is asked one question on stdin and prints one reply, both JSON. It never reaches a host: it says which commands to run
there, is asked again with their answers, and says what they mean.
"""

import json
import sys

FILE = {"type": "string", "format": "path", "pattern": "^/", "default": "/etc/hosts", "description": "The file"}
NAME = {"type": "string", "pattern": "^[A-Za-z0-9.-]+$", "description": "The name"}
ADDRESS = {"type": "string", "pattern": "^[0-9A-Fa-f.:]+$", "description": "Its address"}

DESCRIPTION = {
    "pack": "hosts",
    "probes": [
        {
            "name": "hosts.entry",
            "summary": "Which addresses a hosts file gives a name.",
            "params": {"type": "object", "properties": {"file": FILE, "name": NAME}, "required": ["name"]},
            "result": {
                "type": "object",
                "properties": {"addresses": {"type": "array", "items": {"type": "string"}, "description": "In order"}},
                "required": ["addresses"],
            },
            "reads": ["file:{file}"],
        }
    ],
    "actions": [
        {
            "name": "hosts.entry",
            "summary": "A name has this address in a hosts file, and no other.",
            "params": {
                "type": "object",
                "properties": {"file": FILE, "name": NAME, "address": ADDRESS},
                "required": ["name", "address"],
            },
            "reads": ["file:{file}"],
        }
    ],
}


def read_file(path):
    return {"commands": [{"argv": ["cat", "--", path]}]}


def words(line):
    return line.split("#", 1)[0].split()


def addresses(text, name):
    return [found[0] for found in map(words, text.splitlines()) if name in found[1:]]


def wanted_text(text, name, address):
    """Every line without the name, which stands on a line of its own at the end."""
    lines = []
    for line in text.splitlines():
        found = words(line)
        if name in found[1:]:
            found.remove(name)
            if len(found) < 2:
                continue
            line = " ".join(found)
        lines.append(line)
    return "\n".join([*lines, f"{address} {name}"]) + "\n"


def write(path, text):
    # Written in place: the file keeps its owner, mode and label.
    return [{"script": 'cat > "$file"', "variables": {"file": path}, "stdin": text}]


def probe(params, text):
    return {"result": {"addresses": addresses(text, params["name"])}}


def action(params, text):
    path, name, address = params["file"], params["name"], params["address"]
    found = addresses(text, name)
    change = None
    if found != [address]:
        after = wanted_text(text, name, address)
        change = {
            "summary": f"{path}: {name} is {', '.join(found) or 'absent'} → {address}",
            "touches": [f"file:{path}"],
            "contents": [{"label": path, "before": text, "after": after}],
            "apply": write(path, after),
            "undo": write(path, text),
        }
    return {"state": {"text": text}, "change": change}


def reply(question):
    if question["ask"] == "describe":
        return DESCRIPTION
    params, answers = question["params"], question["answers"]
    if not answers:
        return read_file(params["file"])
    if answers[0]["rc"] != 0:
        return {"unreadable": answers[0]["stderr"].strip()}
    decide = probe if question["ask"] == "probe" else action
    return decide(params, answers[0]["stdout"])


json.dump(reply(json.load(sys.stdin)), sys.stdout)

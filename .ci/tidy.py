"""Runs clang-tidy on the C++ files that are not on the list of clean ones, .ci/tidy_clean.txt. Usage: tidy.py BUILD [--all]

The files are those of BUILD/compile_commands.json, aside from tests/ and from what was made in BUILD. A line of the list has
a digest of what a file's findings depend on: clang-tidy's version, the rules, the flags that are no warnings, the file, and every
file of ours that it includes, however deep. Other people's headers are not looked at; --all takes every file, whatever the list
says. The list is written anew, without the files that have findings; if there are any, this ends with 1.
"""
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIST = ROOT / ".ci/tidy_clean.txt"


def commands(build):
    """{file: its compile command}, the longest file first: none of the long ones then runs alone at the end."""
    entries = json.loads((build / "compile_commands.json").read_text())
    found = {pathlib.Path(entry["file"]): entry["command"] for entry in entries}
    ours = [file for file in found if not file.is_relative_to(build) and not file.is_relative_to(ROOT / "tests")]
    return {file: found[file] for file in sorted(ours, key=lambda file: (-file.stat().st_size, file))}


@functools.cache
def digest(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


@functools.cache
def included(file):
    """The files of ours that a file includes, on whatever condition; what is made in a build folder is not ours."""
    names = re.findall(r'^ *# *include *"(.+)"', file.read_text(), re.MULTILINE)
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def read_for(file):
    """The file, and all of ours that is included by it, however deep."""
    found, waiting = {file}, [file]
    while waiting:
        new = set(included(waiting.pop())) - found
        found |= new
        waiting += new
    return sorted(found)


def digests(files):
    """{file: the digest of all that its findings depend on}, the same on every machine."""
    version = subprocess.run(["clang-tidy", "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout
    rules = [re.search(r"version [\d.]+", version).group(), digest(ROOT / ".clang-tidy")]
    result = {}
    for file, command in files.items():
        flags = [word for word in shlex.split(command) if re.match("-(D|f|m|std)", word)]
        contents = [f"{path.relative_to(ROOT)} {digest(path)}" for path in read_for(file)]
        result[file] = hashlib.sha256("\n".join(rules + flags + contents).encode()).hexdigest()
    return result


def finds_nothing(build, file):
    command = ["clang-tidy", "-p", str(build), "--quiet", str(file)]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if run.returncode != 0:
        print(run.stdout + run.stderr, end="", flush=True)
    return run.returncode == 0


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    everything = "--all" in sys.argv[2:]
    files = commands(build)
    current = digests(files)
    known = set(LIST.read_text().split()) if LIST.exists() and not everything else set()
    changed = [file for file in files if current[file] not in known]
    print(f"clang-tidy: {len(changed)} of {len(files)} files", flush=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        clean = dict(zip(changed, pool.map(lambda file: finds_nothing(build, file), changed)))

    lines = [f"{current[file]} {file.relative_to(ROOT)}\n" for file in sorted(files) if clean.get(file, True)]
    text = "".join(lines)
    if not LIST.exists() or LIST.read_text() != text:
        LIST.write_text(text)
        print(f"{LIST.relative_to(ROOT)} is new: it belongs to the change", flush=True)
    faulty = [str(file.relative_to(ROOT)) for file, good in clean.items() if not good]
    if faulty:
        sys.exit("clang-tidy has findings in " + ", ".join(faulty))


main()

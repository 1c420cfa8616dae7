"""Puts one small fault after another into a copy of the tree, builds the tests that should see it, and runs them.

Usage: mutants.py [--list] [--only NAME]... [--again] [--table]

Each tests/mutants/NAME.patch is a fault; its first line, "seen by TEST...: WHAT", names the tests and says what is wrong. The
copy lies in build/mutants/tree, so that the checkout is never touched. Its tests must pass before there is a fault in it. What
came of a fault is kept in build/mutants/results.json as long as neither the patch nor any file changes (pages aside): a run that
was stopped goes on where it was. Ends with 0 when every fault is seen, 1 when one survives or does not build, 2 on wrong
words, 3 when the tests fail without a fault or a patch does not apply, 130 after Ctrl-C.
"""
import argparse
import dataclasses
import fcntl
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WORK = ROOT / "build/mutants"
TREE = WORK / "tree"
RESULTS = WORK / "results.json"
HEADER = re.compile(r"seen by ((?:\w+(?:/\w+)+ ?)+): (\S.*)")


class Stopped(Exception):
    """Why there is no point in going on."""


@dataclasses.dataclass
class Mutant:
    path: pathlib.Path
    tests: list
    what: str

    @property
    def name(self):
        return self.path.stem

    def digest(self):
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def files(self):
        return re.findall(r"^\+\+\+ b/(\S+)", self.path.read_text(), re.MULTILINE)


def read_mutants():
    mutants = []
    for path in sorted((ROOT / "tests/mutants").glob("*.patch")):
        header = HEADER.fullmatch(path.read_text().split("\n", 1)[0])
        if not header:
            raise Stopped(f"{path}: the first line is not 'seen by TEST...: WHAT'")
        mutants.append(Mutant(path, header[1].split(), header[2]))
    return mutants


# ---- The copy ----

def source_files():
    """All files of the checkout, by their paths from the root; build trees, runs and the repository itself aside."""
    found = []
    for folder, below, names in os.walk(ROOT):
        top = pathlib.Path(folder) == ROOT
        below[:] = [name for name in below if name not in (".git", "__pycache__") and not (top and name in ("build", "runs"))]
        found += [pathlib.Path(folder, name).relative_to(ROOT) for name in names if not (top and name == ".git")]
    return sorted(found)


def restore(file):
    """A file as it is in the checkout. It is written now: an older time would hide from the build that it changed back."""
    source, target = ROOT / file, TREE / file
    if target.is_file() and target.read_bytes() == source.read_bytes():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    shutil.copymode(source, target)


def update_tree():
    """Makes the copy equal to the checkout; returns a digest of all that a test's outcome may depend on."""
    files = source_files()
    for file in files:
        restore(file)
    wanted = {TREE / file for file in files}
    for folder, below, names in os.walk(TREE):
        if pathlib.Path(folder) == TREE and "build" in below:
            below.remove("build")
        for name in names:
            if pathlib.Path(folder, name) not in wanted:
                pathlib.Path(folder, name).unlink()
    digest = hashlib.sha256()
    for file in files:
        if file.suffix not in (".md", ".patch"):
            digest.update(f"{file}\0{hashlib.sha256((ROOT / file).read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def run(log, *words):
    """Runs a command in the copy, its output at the end of a file; returns its exit status and that output."""
    environment = {"CTEST_PARALLEL_LEVEL": str(os.cpu_count()), **os.environ, "GIT_CEILING_DIRECTORIES": str(WORK)}
    process = subprocess.run(words, cwd=TREE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    output = process.stdout.decode(errors="replace")
    with open(WORK / log, "a", encoding="utf-8") as file:
        file.write(f"$ {' '.join(words)}\n{output}\n")
    return process.returncode, output


def apply(mutant, log):
    words = ["git", "apply"] if shutil.which("git") else ["patch", "-p1", "-s", "-F0", "-i"]
    status, output = run(log, *words, str(mutant.path))
    if status != 0:
        raise Stopped(f"{mutant.path}: does not apply: {output.strip()}")


# ---- Building and running ----

def targets(tests):
    """What is built for these tests: a program each, or the command for a script."""
    programs = {"test_" + test.replace("/", "_") for test in tests if (TREE / f"tests/{test}_test.cpp").is_file()}
    scripts = any((TREE / f"tests/{test}_test.sh").is_file() for test in tests)
    return sorted(programs) + (["mog"] if scripts else [])


def build(tests, log):
    return run(log, "cmake", "--build", "build/release", "--target", *targets(tests))[0] == 0


def failing(tests, log):
    """Those of the tests that fail."""
    status, output = run(log, "ctest", "--test-dir", "build/release", "--output-on-failure", "--no-tests=error",
                         "-R", f"^({'|'.join(tests)})$")
    failed = re.findall(r"^\s+\d+ - (\S+) \((?!Skipped|Not Run \(Disabled)", output, re.MULTILINE)
    if status != 0 and not failed:
        raise Stopped(f"ctest failed, see {WORK / log}")
    return [test for test in tests if test in failed]


class Results:
    """What came of each fault, and which tests passed without one, kept in a file for one state of the tree."""

    def __init__(self, tree, again):
        self.all = {"tree": tree, "passing": [], "mutants": {}}
        if RESULTS.is_file() and not again:
            before = json.loads(RESULTS.read_text())
            if before["tree"] == tree:
                self.all = before

    def save(self):
        text = json.dumps(self.all, indent=1)
        new = RESULTS.with_suffix(".new")
        new.write_text(text)
        new.replace(RESULTS)

    def of(self, mutant):
        """The tests that saw it, none where it survives, None where it is not known."""
        entry = self.all["mutants"].get(mutant.name)
        return entry["seen_by"] if entry and entry["patch"] == mutant.digest() else None

    def add(self, mutant, seen_by):
        self.all["mutants"][mutant.name] = {"patch": mutant.digest(), "seen_by": seen_by}
        self.save()


def check_without_faults(mutants, results):
    tests = sorted({test for mutant in mutants for test in mutant.tests} - set(results.all["passing"]))
    if not tests:
        return
    print(f"without a fault: building and running {len(tests)} tests", flush=True)
    log = "without_a_fault.log"
    if not build(tests, log):
        raise Stopped(f"the tree does not build without a fault, see {WORK / log}")
    failed = failing(tests, log)
    if failed:
        raise Stopped(f"without a fault there fail {', '.join(failed)}, see {WORK / log}")
    results.all["passing"] += tests
    results.save()


def try_mutant(mutant):
    """The tests that see it; None where it does not build."""
    log = f"{mutant.name}.log"
    (WORK / log).unlink(missing_ok=True)
    try:
        apply(mutant, log)
        return failing(mutant.tests, log) if build(mutant.tests, log) else None
    finally:
        for file in mutant.files():
            restore(file)


def verdict(mutant, seen_by):
    if not seen_by:
        return f"SURVIVES {', '.join(mutant.tests)}"
    missed = [test for test in mutant.tests if test not in seen_by]
    return f"seen by {', '.join(seen_by)}" + (f", not by {', '.join(missed)}" if missed else "")


def table(mutants, results):
    """The table of docs/reliability.md: each fault, by the first word of its name, and the tests that saw it."""
    lines, room = ["| in | fault | seen by |", "|---|---|---|"], None
    for mutant in mutants:
        before, room = room, mutant.name.split("-")[0]
        seen_by = results.of(mutant)
        tests = ", ".join(f"`{test}`" for test in seen_by or []) or ("not tried" if seen_by is None else "nothing")
        lines.append(f"| {'' if room == before else room} | {mutant.what.rstrip('.')} | {tests} |")
    return "\n".join(lines)


def time_text(seconds):
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def try_all(mutants, results):
    """Returns the names of those that do not build."""
    unknown = [mutant for mutant in mutants if results.of(mutant) is None]
    if len(unknown) < len(mutants):
        print(f"{len(mutants) - len(unknown)} of {len(mutants)} are known from before")
    check_without_faults(unknown, results)
    broken, start = [], time.monotonic()
    for done, mutant in enumerate(unknown, 1):
        began = time.monotonic()
        seen_by = try_mutant(mutant)
        if seen_by is None:
            broken.append(mutant.name)
        else:
            results.add(mutant, seen_by)
        now = time.monotonic()
        left = (now - start) / done * (len(unknown) - done)
        text = f"does not build, see {WORK / mutant.name}.log" if seen_by is None else verdict(mutant, seen_by)
        print(f"{done}/{len(unknown)} {mutant.name}: {text}; {time_text(now - began)}"
              + (f", about {time_text(left)} left" if done < len(unknown) else ""), flush=True)
    return broken


def prepare(again):
    """Copies and configures; returns what is known of this state of the tree."""
    tree = update_tree()
    cache = TREE / "build/release/CMakeCache.txt"
    if cache.is_file() and f"CMAKE_HOME_DIRECTORY:INTERNAL={TREE}\n" not in cache.read_text():
        shutil.rmtree(TREE / "build")  # of a checkout that was moved, where it would write to the old place
    if not (TREE / "build/release/build.ninja").is_file():
        print(f"configuring a copy of the tree in {TREE}", flush=True)
        if run("configure.log", "cmake", "--preset", "release", "-DMOG_TESTS=ON", "-DMOG_WERROR=OFF")[0] != 0:
            raise Stopped(f"CMake failed, see {WORK / 'configure.log'}")
    return Results(tree, again)


def lock():
    """Of the copy, until this process ends."""
    WORK.mkdir(parents=True, exist_ok=True)
    file = open(WORK / "lock", "w", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise Stopped(f"{WORK}: another run is using the copy") from error
    return file


def main():
    parser = argparse.ArgumentParser(prog="mog mutants", description="Which small faults do the tests not see?")
    parser.add_argument("--list", action="store_true", help="only say what the faults are, and which tests should see them")
    parser.add_argument("--only", metavar="NAME", action="append", help="this fault only, whatever is known of it (repeatable)")
    parser.add_argument("--again", action="store_true", help="forget what is known from before")
    parser.add_argument("--table", action="store_true", help="at the end, each fault and the tests that saw it, as Markdown")
    options = parser.parse_args()
    mutants = read_mutants()
    unknown = sorted(set(options.only or []) - {mutant.name for mutant in mutants})
    if unknown:
        parser.error(f"no fault is called {', '.join(unknown)}: --list names them all")
    if options.only:
        mutants = [mutant for mutant in mutants if mutant.name in options.only]
    if options.list:
        for mutant in mutants:
            print(f"{mutant.name}: {mutant.what} ({', '.join(mutant.tests)})")
        return 0

    held = lock()
    results = prepare(options.again)
    for mutant in mutants if options.only else []:
        results.all["mutants"].pop(mutant.name, None)
    broken = try_all(mutants, results)
    held.close()
    survivors = [mutant for mutant in mutants if results.of(mutant) == []]
    for mutant in survivors:
        print(f"survives: {mutant.name}: {mutant.what} ({', '.join(mutant.tests)})")
    if options.table:
        print(table(mutants, results))
    seen = len(mutants) - len(survivors) - len(broken)
    print(f"{seen} seen, {len(survivors)} survive" + (f", {len(broken)} do not build: {', '.join(broken)}" if broken else ""))
    return 1 if survivors or broken else 0


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for what it starts in the background
    try:
        sys.exit(main())
    except Stopped as error:
        print(f"mutants: {error}", file=sys.stderr)
        sys.exit(3)
    except KeyboardInterrupt:
        print("mutants: stopped; the same command goes on", file=sys.stderr)
        sys.exit(130)

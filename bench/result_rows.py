#!/usr/bin/env python3
"""Writes lines for docs/results/accuracy.csv from what runs of `mog train` left in their folders.

    bench/result_rows.py RUN... [--machine NAME] >>docs/results/accuracy.csv && docs/results/write_page.py

A line a folder: data, network, epochs and test accuracy after the last epoch of each stage, the paper's figure where
docs/results/table2.csv has one for this network, the command, program and date of the last epoch, machine, time and speed. It
reads config.ini, metrics.csv and sessions.csv only. A stage that the folder has no epochs of is empty, a run of several programs
names them all. NAME is one of docs/results/machines.csv; unless it is given, the machine is what sessions.csv calls it.
"""
import argparse
import configparser
import csv
import datetime
import pathlib
import re
import shlex
import sys

RECORDS = pathlib.Path(__file__).resolve().parent.parent / "docs" / "results"
STAGES = {"full-precision": "full precision [%]", "quantized-weights": "quantized weights [%]", "quantized": "all quantized [%]"}
DATA = {"builtin": "built-in", "cifar10": "CIFAR-10", "cifar100": "CIFAR-100"}
NOT_THE_NETWORK = {"dataset", "data", "model", "recipe", "epochs", "seed", "batch", "shards", "threads", "save-every", "out"}
UNLESS_SAID = {"validation": "0", "max-steps": "0", "shards": "1", "model": "mognet", "head": "binary"}


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def said(words):
    """The options that differ from what is meant where nothing is said."""
    return {key: value for key, value in words.items() if value not in ("", "false") and UNLESS_SAID.get(key) != value}


def network_of(words):
    """`mognet, n = 32, ...`: all options but those that say how it is trained where."""
    named = [f"{key} = {value}" for key, value in said(words).items() if key not in NOT_THE_NETWORK]
    return ", ".join([words.get("model", "mognet"), *named])


def command_of(words, folder):
    """The whole command; of folders their names alone, as their places are this machine's."""
    options = {key: value for key, value in said(words).items() if key != "save-every"} | {"out": f"runs/{folder.name}"}
    if "data" in options:
        options["data"] = pathlib.Path(options["data"]).name
    return " ".join(["mog train", *(f"--{key}" + f" {shlex.quote(value)}" * (value != "true") for key, value in options.items())])


def paper_of(words):
    """The paper's accuracy of this network, as a report of `mog reproduce table2` has it."""
    network = [words.get(key) for key in ("dataset", "n", "g", "k")]
    table2 = rows(RECORDS / "table2.csv")
    return next((row["paper_accuracy"] for row in table2 if [row[key] for key in ("dataset", "n", "g", "k")] == network), "")


def accuracies(by_stage):
    """The cells of the paper's stages, and words for others."""
    last = {name: f"{100 * float(of[-1]['test_accuracy']):.2f}" for name, of in by_stage.items()}
    return {column: last.get(name, "") for name, column in STAGES.items()}, [f"{name} {last[name]} %" for name in last if name not in STAGES]


def line(folder, machine):
    """The cells of a folder's line by the names of accuracy.csv's columns."""
    config = configparser.ConfigParser(interpolation=None)
    config.read_string((folder / "config.ini").read_text(encoding="utf-8"))
    words = {key: value.strip('"') for key, value in config["train"].items()}
    epochs = rows(folder / "metrics.csv")
    if not epochs:
        raise SystemExit(f"{folder}: metrics.csv has no epoch yet")
    names = [*STAGES, *(name for name in dict.fromkeys(row["stage"] for row in epochs) if name not in STAGES)]
    by_stage = {name: [row for row in epochs if row["stage"] == name] for name in names}
    cells, others = accuracies({name: of for name, of in by_stage.items() if of})
    speeds = [float(row["images_per_second"]) for row in epochs]
    took = f"{sum(float(row['seconds']) for row in epochs):.0f} s, {min(speeds):.0f} to {max(speeds):.0f} images/s"
    sessions = rows(folder / "sessions.csv") if (folder / "sessions.csv").exists() else []
    programs = [found[0] for s in sessions if (found := re.match("[0-9a-f]{7}", s["commit"]))]
    machines = dict.fromkeys(f"{s['processor']}, {s['cores']} cores, {s['instruction_set']}" for s in sessions)
    return cells | {
        "data": DATA.get(words.get("dataset", "builtin"), words.get("dataset")),
        "network": network_of(words),
        "epochs of the runs": ", ".join(str(len(of)) for of in by_stage.values()),
        "paper [%]": paper_of(words),
        "command": command_of(words, folder),
        "commit": " ".join(dict.fromkeys(programs)),
        "date": datetime.date.fromtimestamp((folder / "metrics.csv").stat().st_mtime).isoformat(),
        "machine": machine or "; ".join(machines),
        "runs": "1",
        "note": "; ".join([*others, took]),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", metavar="RUN", help="run folders")
    parser.add_argument("--machine", default="", help="a name of docs/results/machines.csv")
    options = parser.parse_args()
    with open(RECORDS / "accuracy.csv", newline="", encoding="utf-8") as file:
        head = next(csv.reader(file))
    table = csv.DictWriter(sys.stdout, head, restval="", lineterminator="\n")
    for folder in options.runs:
        try:
            table.writerow(line(pathlib.Path(folder), options.machine))
        except (OSError, KeyError, ValueError, configparser.Error) as error:
            raise SystemExit(f"{folder}: {error}") from error


if __name__ == "__main__":
    main()

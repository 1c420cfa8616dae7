#!/usr/bin/env python3
"""Writes lines for the table of accuracies in docs/results.md from what runs of `mog train` left in their folders.

    bench/result_rows.py RUN...

A line a folder: data, network, epochs, test accuracy after the last epoch of each stage, how it was trained, time and speed,
program and date of the last epoch, machine. It reads config.ini, metrics.csv and sessions.csv only. A stage that the folder
has no epochs of is "–", a run of several programs or machines names them all.
"""
import configparser
import csv
import datetime
import pathlib
import sys

STAGES = ["full-precision", "quantized-weights", "quantized"]
NOT_THE_NETWORK = {"dataset", "data", "model", "recipe", "threads", "save-every", "out"}
UNLESS_SAID = {"validation": "0", "max-steps": "0", "model": "mognet"}


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def network_of(words):
    """`mognet`, n = 32, ...: all options but those that say how it is trained where."""
    named = [f"{key} = {value}" for key, value in words.items() if key not in NOT_THE_NETWORK and UNLESS_SAID.get(key) != value]
    return ", ".join([words.get("model", "mognet"), *named])


def line(folder):
    config = configparser.ConfigParser(interpolation=None)
    config.read_string((folder / "config.ini").read_text(encoding="utf-8"))
    words = {key: value.strip('"') for key, value in config["train"].items()}
    epochs = rows(folder / "metrics.csv")
    if not epochs:
        raise SystemExit(f"{folder}: metrics.csv has no epoch yet")
    names = STAGES + [name for name in dict.fromkeys(row["stage"] for row in epochs) if name not in STAGES]
    by_stage = {name: [row for row in epochs if row["stage"] == name] for name in names}
    accuracies = [f"{100 * float(of[-1]['test_accuracy']):.2f} %" if of else "–" for of in by_stage.values()]
    seconds = sum(float(row["seconds"]) for row in epochs)
    speeds = [float(row["images_per_second"]) for row in epochs]
    sessions = rows(folder / "sessions.csv") if (folder / "sessions.csv").exists() else []
    programs = ", ".join(dict.fromkeys(s["commit"][:7] for s in sessions)) or "not noted"
    machines = ", ".join(dict.fromkeys(f"{s['processor']}, {s['cores']} cores, {s['instruction_set']}" for s in sessions)) or "not noted"
    day = datetime.date.fromtimestamp((folder / "metrics.csv").stat().st_mtime)
    date = f"{day.day} {day:%b %Y}"
    cells = [
        words.get("dataset", "builtin"),
        network_of(words),
        ", ".join(str(len(of)) for of in by_stage.values()),
        *accuracies,
        f"recipe `{words['recipe']}`",
        f"{seconds:.0f} s, {min(speeds):.0f} to {max(speeds):.0f} images/s",
        f"{programs}, {date}",
        machines,
    ]
    return "| " + " | ".join(cells) + " |"


def main(folders):
    if not folders:
        raise SystemExit(__doc__)
    for folder in folders:
        try:
            print(line(pathlib.Path(folder)))
        except (OSError, KeyError, ValueError, configparser.Error) as error:
            raise SystemExit(f"{folder}: {error}") from error


if __name__ == "__main__":
    main(sys.argv[1:])

# Kills a training in shards at random moments, any process of it, and resumes it, here or on ranks of MPI: nobody hangs, nobody is
# left behind, and in the end the bytes are those of the run in the folder `whole`, which nobody killed.
#   kills.py PROGRAM KILLS SEED RANKS WORD...    RANKS, "1,2,4": how many ranks a start may have; WORDs: of `mog train`
import os, random, shutil, signal, subprocess, sys, time

program, kills, seed, words = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[5:]
counts = [int(word) for word in sys.argv[4].split(",")]
draw = random.Random(seed)
LAST, LIMIT = "run/last.safetensors", 60  # seconds that all may take to end


def stat(pid):  # state and parent
    try:
        state, parent = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[:2]
        return state, int(parent)
    except OSError:
        return "gone", 0


def family(pid):
    found = [int(name) for name in os.listdir("/proc") if name.isdigit() and stat(name)[1] == pid]
    return found + [other for one in found for other in family(one)]


def alive(pid):  # not one that nobody waits for either
    return stat(pid)[0] not in ("gone", "Z")


def saved():
    return os.stat(LAST).st_mtime_ns if os.path.exists(LAST) else 0


def start(ranks):
    resume = ["--resume"] if saved() else []
    if not resume:
        shutil.rmtree("run", ignore_errors=True)
    launcher = ["mpirun", "-np", str(ranks)] if ranks > 1 else []
    return subprocess.Popen([*launcher, program, "train", "--out", "run", *words, *resume], stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE)


def compare(what, said):
    for name in ("last.safetensors", "best.safetensors"):
        if not os.path.exists(f"run/{name}") or open(f"run/{name}", "rb").read() != open(f"whole/{name}", "rb").read():
            sys.exit(f"seed {seed}, {what}: other bytes in {name}: {said}")
    shutil.rmtree("run")


def kill(ranks, run, victim, sent):
    """Sends the signal, waits for the end. Returns the seconds that took, and what was said."""
    what = f"signal {sent} to {'the first process' if victim == run.pid else 'another'} of {ranks} ranks"
    members = family(run.pid)
    begin = time.monotonic()
    if run.poll() is None:  # else it has ended by itself, and the number may be another's
        try:
            os.kill(victim, sent)
        except OSError:
            pass
    try:
        said = run.communicate(timeout=LIMIT)[1].decode()
    except subprocess.TimeoutExpired:
        sys.exit(f"seed {seed}, kill {done}: {what}: it hangs")
    while left := [pid for pid in members if alive(pid)]:
        if time.monotonic() - begin > LIMIT:
            sys.exit(f"seed {seed}, kill {done}: {what}: processes {left} are left")
        time.sleep(0.01)
    took = time.monotonic() - begin
    if ranks == 1:
        if run.returncode not in (0, 1, 130, -9, -15):  # -15: before it listened
            sys.exit(f"seed {seed}, kill {done}: {what}: it ended with {run.returncode}: {said}")
        if run.returncode == 1 and "a shard's process was ended by signal 9" not in said:
            sys.exit(f"seed {seed}, kill {done}: {what}: it said {said}")
    return took, said


lengths = {}  # of a whole run
for ranks in counts:
    begin = time.monotonic()
    said = start(ranks).communicate()[1].decode()
    lengths[ranks] = time.monotonic() - begin
    compare(f"{ranks} ranks", said)

done, amid, ended, longest = 0, 0, 0, 0.0
while done < kills:
    ranks, before = draw.choice(counts), saved()
    run = start(ranks)
    time.sleep(draw.uniform(0, lengths[ranks]))
    if ranks == 1:
        victim = draw.choice([run.pid, *family(run.pid)])
        sent = draw.choice([signal.SIGKILL, signal.SIGTERM]) if victim == run.pid else signal.SIGKILL
    else:  # the launcher is no rank
        victim, sent = draw.choice(family(run.pid) or [run.pid]), signal.SIGKILL
    took, said = kill(ranks, run, victim, sent)
    if run.returncode == 0:
        ended += 1
        compare(f"after kill {done}", said)
        continue
    done += 1
    longest = max(longest, took)
    amid += saved() != before
if saved():
    said = start(counts[0]).communicate()[1].decode()
    ended += 1
    compare("after the last kill", said)
print(f"{done} kills, seed {seed}, ranks {sys.argv[4]}: {amid} after steps of their own, all had ended within {longest:.1f} s; "
      f"{ended} runs came to their end")

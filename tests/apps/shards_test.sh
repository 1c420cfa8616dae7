# `mog train --shards`: the same bytes on any number of threads; a process that dies ends the run, which then goes on from what
# was saved; nobody is left behind. MOG_KILLS says how many kills (6); MOG_SEED which moments.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"
python3 "$MOG_SOURCE_DIR/tests/apps/pictures.py" pictures
words="--dataset folder --data pictures --n 4 --g 1 --k 2 --epochs 2,2,2 --batch 6 --shards 3 --save-every 0"

# shellcheck disable=SC2086 # $words is a list
expect 0 mog train --out whole $words --threads 1
says out '^quantized +2 '
# shellcheck disable=SC2086
expect 0 mog train --out threads $words --threads 6
same whole/last.safetensors threads/last.safetensors
same whole/best.safetensors threads/best.safetensors
expect 0 mog train --config whole/config.ini --out again
same whole/last.safetensors again/last.safetensors
expect 0 grep -x 'shards = 3' whole/config.ini
[ "$(tail -n +2 whole/metrics.csv | wc -l)" = 6 ] || fail "metrics.csv has not one row an epoch"

cat >kill.py <<'E2'
import os, random, shutil, signal, subprocess, sys, time
program, kills, seed, words = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4].split()
draw = random.Random(seed)

def children(pid):
    try:
        return [int(word) for word in open(f"/proc/{pid}/task/{pid}/children").read().split()]
    except OSError:
        return []

def gone(pid):  # or a zombie that nobody waits for
    try:
        return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True

def start():
    resume = ["--resume"] if os.path.exists("run/last.safetensors") else []
    if not resume:
        shutil.rmtree("run", ignore_errors=True)
    return subprocess.Popen([program, "train", "--out", "run", *words, *resume], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

begin = time.monotonic()
start().communicate()
length = time.monotonic() - begin
shutil.rmtree("run")
done = 0
while done < kills:
    run = start()
    time.sleep(draw.uniform(0, length))
    family = children(run.pid)
    victim, sent = draw.choice([run.pid, *family]), draw.choice([signal.SIGKILL, signal.SIGTERM])
    if run.poll() is not None or victim != run.pid and sent == signal.SIGTERM:
        sent = signal.SIGKILL
    try:
        os.kill(victim, sent)
    except OSError:
        pass
    try:
        said = run.communicate(timeout=60)[1].decode()
    except subprocess.TimeoutExpired:
        sys.exit(f"seed {seed}, kill {done}: signal {sent} to {'shard 0' if victim == run.pid else 'another shard'}: it hangs")
    time.sleep(0.5)
    if left := [pid for pid in family if not gone(pid)]:
        sys.exit(f"seed {seed}, kill {done}: processes {left} are left")
    if run.returncode not in (0, 1, 130, -9, -15):  # -15: before it listened
        sys.exit(f"seed {seed}, kill {done}: it ended with {run.returncode}: {said}")
    if run.returncode == 1 and "a shard's process was ended by signal 9" not in said:
        sys.exit(f"seed {seed}, kill {done}: it said {said}")
    done += run.returncode != 0
    if run.returncode == 0:
        shutil.rmtree("run")
said = start().communicate()[1].decode()
for name in ("last.safetensors", "best.safetensors"):
    if open(f"run/{name}", "rb").read() != open(f"whole/{name}", "rb").read():
        sys.exit(f"seed {seed}: other bytes in {name} after the last kill: {said}")
print(f"{done} kills, seed {seed}")
E2
expect 0 python3 kill.py "$MOG_PROGRAM" "${MOG_KILLS:-6}" "${MOG_SEED:-1}" "$words --threads 1"
cat out

refuses 2 'shards' mog train --out no --shards 0
refuses 2 'train: 8 shards, expected 1 to the batch of 6 images' mog train --out no --batch 6 --shards 8
refuses 3 'another way of training: in 3 shards, expected nothing' mog train --out whole --dataset folder --data pictures \
  --n 4 --g 1 --k 2 --epochs 2,2,2 --batch 6 --resume
finish

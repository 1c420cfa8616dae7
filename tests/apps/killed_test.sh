# Killed at random moments, again and again, until a run gets through: every checkpoint on the way is readable, and the last
# bytes are those of a run that was not killed. MOG_KILLS says how many kills (12); MOG_SEED which moments.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"
python3 "$MOG_SOURCE_DIR/tests/apps/pictures.py" pictures
words="--dataset folder --data pictures --n 4 --g 1 --k 2 --epochs 2,2,2 --batch 6 --save-every 0 --threads 1"

# shellcheck disable=SC2086 # $words is a list
expect 0 mog train --out whole $words

cat >kill.py <<'E2'
import os, random, shutil, subprocess, sys, time
program, kills, seed, words = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4].split()
draw = random.Random(seed)

def same(name):
    return open(f"run/{name}", "rb").read() == open(f"whole/{name}", "rb").read()

def start():
    resume = ["--resume"] if os.path.exists("run/last.safetensors") else []
    return subprocess.Popen([program, "train", "--out", "run", *words, *resume], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

begin = time.monotonic()
shutil.copytree("whole", "run")
os.remove("run/last.safetensors")
start().communicate()
length = time.monotonic() - begin  # of a whole run here and now
shutil.rmtree("run")
killed = finished = 0
while killed < kills:
    run = start()
    time.sleep(draw.uniform(0, length))
    alive = run.poll() is None
    run.kill()
    said = run.communicate()[1].decode()
    killed += run.returncode == -9
    if run.returncode not in (-9, 0) or "training goes on" in said:
        sys.exit(f"seed {seed}, kill {killed}: the run after it ended with {run.returncode}: {said}")
    if run.returncode == 0:
        finished += 1
        if not (same("last.safetensors") and same("best.safetensors")):
            sys.exit(f"seed {seed}, kill {killed}: other bytes at the end")
        shutil.rmtree("run")
said = start().communicate()[1].decode()
if not (same("last.safetensors") and same("best.safetensors")):
    sys.exit(f"seed {seed}: other bytes after the last kill: {said}")
print(f"{killed} kills, {finished + 1} runs that came to their end, seed {seed}")
E2
expect 0 python3 kill.py "$MOG_PROGRAM" "${MOG_KILLS:-12}" "${MOG_SEED:-1}" "$words"
cat out
finish

# Every model beside MOGNET, killed in every run of its recipe at a random moment: what goes on from there comes to the bytes of
# a training that was not killed. MOG_SEED says which moments.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"
python3 "$MOG_SOURCE_DIR/tests/apps/pictures.py" pictures

cat >kill.py <<'E2'
import os, random, shutil, subprocess, sys, time
program, seed, runs, words = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4].split()
draw = random.Random(seed)

def start(*more):
    line = [program, "train", "--dataset", "folder", "--data", "pictures", *words, *more]
    return subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

def rows():
    try:
        return max(0, open("run/metrics.csv").read().count("\n") - 1)
    except FileNotFoundError:
        return 0

def end(run):
    said = run.communicate()[1].decode()
    if run.returncode != 0 or "training goes on" in said:
        sys.exit(f"{words}, seed {seed}: ended with {run.returncode}: {said}")

begin = time.monotonic()
end(start("--out", "whole"))
length = (time.monotonic() - begin) / runs
killed = 0
for phase in range(runs):  # of two epochs each
    run = start("--out", "run")
    while run.poll() is None and not (rows() >= 2 * phase and os.path.exists("run/last.safetensors")):
        time.sleep(0.001)
    time.sleep(draw.uniform(0, length / 2))
    run.kill()
    run.communicate()
    killed += run.returncode == -9
    end(start("--out", "run", "--resume"))
    for name in ("last.safetensors", "best.safetensors"):
        if open(f"run/{name}", "rb").read() != open(f"whole/{name}", "rb").read():
            sys.exit(f"{words}, seed {seed}: killed in run {phase + 1}, other bytes in {name}")
    shutil.rmtree("run")
shutil.rmtree("whole")
print(f"{words[1]}: killed in {killed} of {runs} runs")
E2

# WORD... of a training with two epochs of each of so many runs.
killed() {
  runs=$1 epochs=$2
  shift 2
  expect 0 python3 kill.py "$MOG_PROGRAM" "${MOG_SEED:-1}" "$runs" "--model $* --epochs $epochs --batch 8 --save-every 0 --threads 1"
  cat out
}
killed 3 2,2,2 etd-resnet20 --recipe etd-short
killed 3 2,2,2 etd-resnet32 --recipe etd-short
killed 3 2,2,2 slbf-resnet18 --maps 8 --recipe slbf-short
killed 3 2,2,2 slbf-vgg16 --maps 8 --recipe slbf-short
killed 2 2,2 hybrid-resnet20 --maps 4 --recipe hybrid-binary-short
killed 2 2,2 hybrid-vgg19 --maps 4 --recipe hybrid-binary-short
killed 3 2,2,2 hybrid-mobilenet --width 1/8 --recipe hybrid-banks-short
finish

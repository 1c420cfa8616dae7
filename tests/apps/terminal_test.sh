# What only a terminal sees: the bar of `mog train`, drawn within the window's width and gone when its line is needed.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"

cat >watch.py <<'EOF'
"""watch.py COLUMNS WORD...: runs the command with its standard error on a terminal so wide, and prints what came."""
import fcntl, os, pty, struct, subprocess, sys, termios
master, terminal = pty.openpty()
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 24, int(sys.argv[1]), 0, 0))
run = subprocess.Popen(sys.argv[2:], stderr=terminal)
os.close(terminal)
while True:
    try:
        part = os.read(master, 4096)
    except OSError:  # nobody writes to it any more
        break
    sys.stdout.buffer.write(part)
sys.exit(run.wait())
EOF

for columns in 120 60 20; do
  # shellcheck disable=SC2086 # $small is a list of words
  expect 0 python3 watch.py "$columns" "$MOG_PROGRAM" train --out "run$columns" $small
  python3 - "$columns" <<'EOF' || fail "not the bar that was expected in $columns columns: $(cat -v out)"
import re, sys
columns, text = int(sys.argv[1]), open('out', newline='').read()
bars = [bar for bar in re.findall('\r([^\r\n]*?)\x1b\\[K', text) if bar]
assert len(bars) >= 3 and all(len(bar) < columns for bar in bars), bars
assert bars[0].startswith('full-precision'[:columns - 1]), bars
if columns == 120:
    assert re.search(r'\[#*\.*\] +\d+ %  loss [\d.]+  accuracy [\d.]+ %  \d+ images/s  \d+:\d\d left$', bars[0]), bars
assert len(re.findall(r'\r\x1b\[K(?:full-precision|quantized-weights|quantized) +epoch +1  lr ', text)) == 3, text
EOF
done
finish

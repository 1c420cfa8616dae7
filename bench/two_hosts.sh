#!/bin/sh
# Runs a command on the first of two hosts that are both this machine: namespaces of Linux, a name and a network each, joined by a
# cable of a given rate. Needs root. The second is 10.77.0.2; `mpirun --mca plm_rsh_agent "$AGENT"` reaches it without ssh.
#   bench/two_hosts.sh RATE COMMAND...    RATE: as tc has it, "1gbit"; "none" for as fast as the machine is
set -eu
if [ "${1:-}" != --inside ]; then
  [ $# -ge 2 ] || { sed -n '2,4s/^# *//p' "$0" >&2; exit 2; }
  exec unshare --net --uts --mount --pid --fork --kill-child --mount-proc "$0" --inside "$@"
fi
rate=$2
shift 2
hostname mog-one
unshare --net --uts sh -c 'hostname mog-two; exec sleep infinity' &
second=$!
while [ "$(nsenter --target $second --uts hostname)" != mog-two ]; do sleep 0.01; done
ip link add one type veth peer name two netns $second
there() { nsenter --target $second --net --uts "$@"; }
ip link set lo up
there ip link set lo up
ip addr add 10.77.0.1/24 dev one
there ip addr add 10.77.0.2/24 dev two
ip link set one up
there ip link set two up
if [ "$rate" != none ]; then
  tc qdisc add dev one root tbf rate "$rate" burst 256k latency 100ms
  there tc qdisc add dev two root tbf rate "$rate" burst 256k latency 100ms
fi
AGENT=$(mktemp)
trap 'rm -f "$AGENT"' EXIT
printf '#!/bin/sh\nshift\nexec nsenter --target %s --net --uts sh -c "$*"\n' $second >"$AGENT"
chmod +x "$AGENT"
export AGENT
"$@"

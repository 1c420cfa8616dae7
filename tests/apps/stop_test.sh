# A run that is interrupted or killed goes on to the bytes of one that was not.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"

long="--n 8 --g 2 --k 2 --epochs 1,1,1 --batch 10 --max-steps 60 --save-every 0 --threads 1"

# stop SIGNAL FOLDER: starts the run, and sends the signal once there is a checkpoint within an epoch.
# shellcheck disable=SC2086
stop() {
  "$MOG_PROGRAM" train --out "$2" $long >out 2>err &
  run=$!
  tries=0
  while [ ! -s "$2/last.safetensors" ] && [ $tries -lt 300 ]; do
    sleep 0.05
    tries=$((tries + 1))
  done
  kill -s "$1" $run
  wait $run
}

# shellcheck disable=SC2086
expect 0 mog train --out whole $long

stop INT interrupted
[ $? = 130 ] || fail "Ctrl-C did not end with 130: $(cat err)"
command=$(sed -n 's/^mog: stopped and saved; to go on: //p' err)
[ -n "$command" ] || fail "Ctrl-C did not say how to go on: $(cat err)"
# shellcheck disable=SC2086 # the very words that it printed
expect 0 $command
same whole/last.safetensors interrupted/last.safetensors
same whole/best.safetensors interrupted/best.safetensors

stop TERM terminated
[ $? = 130 ] || fail "SIGTERM did not end with 130: $(cat err)"
expect 0 mog train --config terminated/config.ini --resume
same whole/last.safetensors terminated/last.safetensors

stop HUP hung_up
[ $? = 130 ] || fail "SIGHUP did not end with 130: $(cat err)"
expect 0 mog train --config hung_up/config.ini --resume
same whole/last.safetensors hung_up/last.safetensors

stop USR2 by_launcher
[ $? = 130 ] || fail "SIGUSR2 did not end with 130: $(cat err)"
expect 0 mog train --config by_launcher/config.ini --resume
same whole/last.safetensors by_launcher/last.safetensors

# SIGUSR1 saves and goes on: without saving after each step there is no checkpoint before the first epoch's end.
# shellcheck disable=SC2086
"$MOG_PROGRAM" train --out saved $(echo $long | sed 's/--save-every 0/--save-every 1e9/; s/--batch 10/--batch 2/; s/--max-steps 60/--max-steps 0/') >saved.out 2>saved.err &
run=$!
tries=0
while [ ! -s saved/last.safetensors ] && [ $tries -lt 300 ]; do
  ! grep -qs '^about ' saved.err || kill -s USR1 $run # said once there have been some steps
  sleep 0.05
  tries=$((tries + 1))
done
[ ! -s saved/metrics.csv ] || [ "$(wc -l <saved/metrics.csv)" = 1 ] || fail "SIGUSR1 saved nothing within the first epoch"
exists saved/last.safetensors
kill -s TERM $run
wait $run
[ $? = 130 ] || fail "the run did not go on after SIGUSR1: $(cat saved.err)"

stop KILL killed
expect 0 mog train --config killed/config.ini --continue
says err '^resumed at '
same whole/last.safetensors killed/last.safetensors
same whole/best.safetensors killed/best.safetensors
cut -d, -f1-6 whole/metrics.csv >whole.rows
cut -d, -f1-6 killed/metrics.csv >killed.rows
same whole.rows killed.rows
finish

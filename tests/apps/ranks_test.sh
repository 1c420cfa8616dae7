# `mog train` under mpirun: the bytes of one process with as many shards, on any number of ranks; one rank's failure is all
# ranks'. Skipped where the program was built without MPI. MOG_KILLS says how many kills (3); MOG_SEED which moments.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_plm=isolated OMPI_MCA_btl_vader_single_copy_mechanism=none
python3 "$MOG_SOURCE_DIR/tests/apps/pictures.py" pictures
words="--dataset folder --data pictures --n 4 --g 1 --epochs 1,1,1 --batch 12 --max-steps 2"

# A launcher, and a program without MPI, which does nothing then.
if mog version | grep -q '^MPI  *none$'; then
  # shellcheck disable=SC2086 # $words is a list
  refuses 2 'a launcher started 2 processes, but this program was built without MPI: configure it with -DMOG_MPI=ON' \
    env PMI_SIZE=2 PMI_RANK=0 "$MOG_PROGRAM" train --out none $words --shards 2
  [ ! -e none ] || fail "a refused training made its folder"
  [ $failures = 0 ] && exit 77
  finish
fi
refuses 2 'train: 3 shards for 2 ranks, expected --shards to be a multiple of the ranks' \
  env OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_RANK=0 "$MOG_PROGRAM" train --out none --shards 3
command -v mpirun >/dev/null || exit 77
# shellcheck disable=SC2086
expect 2 env OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_RANK=0 "$MOG_PROGRAM" train --out none $words --shards 2
says err 'the launcher says rank 0 of 2, MPI says rank 0 of 1'

# ranks N WORD...: as `mpirun -np N mog`.
ranks() {
  count=$1
  shift
  mpirun -np "$count" "$MOG_PROGRAM" "$@"
}

# computed RANKS SHARDS: the bytes that a rank sends in a step, by docs/cluster.md; ranks' parts are whole blocks of 16 numbers.
computed() {
  "$MOG_SOURCE_DIR/bench/cluster_model.py" --mog "$MOG_PROGRAM" --n 4 --g 1 --classes 2 --ranks "$1" --shards "$2" |
    sed 's/.*"bytes": \([0-9]*\).*/\1/'
}

# The same bytes through the three runs, and as many of them between ranks as are said.
for case in "4 1 1 2 4" "12 3 2 3 4"; do
  # shellcheck disable=SC2086
  set -- $case
  shards=$1 k=$2
  shift 2
  # shellcheck disable=SC2086
  expect 0 mog train --out one $words --k "$k" --shards "$shards" --threads 1
  for count in "$@"; do
    for threads in 1 2; do
      # shellcheck disable=SC2086
      expect 0 ranks "$count" train --out many $words --k "$k" --shards "$shards" --threads "$threads"
      same one/last.safetensors many/last.safetensors
      same one/best.safetensors many/best.safetensors
      [ "$(grep -c '^report: ' out)" = 1 ] || fail "several ranks printed: $(cat out)"
      sent=$(sed -n 's/^a step of shard 0.* sending \([0-9]*\) bytes to other ranks$/\1/p' err)
      difference=$((${sent:-0} - $(computed "$count" "$shards")))
      [ "${difference#-}" -le $((64 * shards)) ] || fail "$count ranks of $shards shards sent $sent bytes a step, $difference more than computed"
      rm -rf many
    done
  done
  rm -rf one
done

# What differs is named by all, said by rank 0.
# shellcheck disable=SC2086
expect 2 mpirun -np 1 "$MOG_PROGRAM" train --out none $words --k 1 --shards 2 : \
  -np 1 env MOG_ISA=reference "$MOG_PROGRAM" train --out none $words --k 1 --shards 2
says err 'shard 1 has another instruction set than shard 0'
# shellcheck disable=SC2086
expect 2 mpirun -np 1 "$MOG_PROGRAM" train --out none $words --k 1 --shards 2 : \
  -np 1 "$MOG_PROGRAM" train --out none $words --k 1 --shards 2 --lr 0.5
says err 'shard 1 has another way of training, data or model than shard 0'
# shellcheck disable=SC2086
expect 4 ranks 2 train --out nan $words --k 1 --shards 4 --lr 1e30
says err 'train: .*epoch 1, '
[ "$(grep -c 'train: .*epoch 1, ' err)" = 1 ] || fail "several ranks said: $(cat err)"

# Killed at random moments, whichever process, and resumed on another number of ranks: the same bytes, nobody left.
words="--dataset folder --data pictures --n 4 --g 1 --k 2 --epochs 2,2,2 --batch 12 --shards 4 --threads 1 --save-every 0"
# shellcheck disable=SC2086
expect 0 mog train --out whole $words
# shellcheck disable=SC2086
expect 0 python3 "$MOG_SOURCE_DIR/tests/apps/kills.py" "$MOG_PROGRAM" "${MOG_KILLS:-3}" "${MOG_SEED:-1}" 1,2,4 $words
cat out
finish

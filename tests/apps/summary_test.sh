# `mog summary`: the paper's sizes to the digit, as a table and as JSON; `mog gradcheck` passes.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"

# bits HEAD G CLASSES EXPECTED
bits() {
  expect 0 mog summary --n 128 --g "$2" --k 3 --classes "$3" --head "$1" --json
  says out "\"weight_bits\": $4,"
}
bits binary 8 10 1126144
bits binary 4 10 1715968
bits binary 8 100 1172224
bits binary 4 100 1762048
bits ternary 8 10 1131264
bits ternary 4 10 1721088
bits ternary 8 100 1223424
bits ternary 4 100 1813248

says out '"macs": [0-9]+,'
says out '"layers": \['
says out '"name": "mrb3.b.group"'

expect 0 mog summary
says out '^weight bits +1715968 \(1.716 Mb\)$'
says out '^multiply-accumulates +210976768 an image$'
says out '^cflog1.squeeze +pointwise binary +\[1, 32, 32, 64\] +8192 +8192 '

# stacked MODEL CLASSES WEIGHT_BITS WITHOUT WITH: SLBF's sizes in Table II, ResNet-18 with the bits of indices, VGG-16 without.
stacked() {
  expect 0 mog summary --model "$1" --classes "$2" --json
  says out "\"weight_bits\": $3,"
  says out "\"bits_without_indices\": $4,"
  says out "\"bits_with_indices\": $5,"
}
stacked slbf-resnet18 10 1663680 1552064 1663680
stacked slbf-resnet18 100 1709760 1598144 1709760
stacked slbf-vgg16 10 1843928 1843928 1971352
stacked slbf-vgg16 100 1890008 1890008 2017432
expect 0 mog summary --model slbf-vgg16
says out '^weight bits +1843928 \(1.844 Mb\)$'
says out '^bits of indices +127424, not counted among them$'

# Hybrid VGG-19: the paper's 21.8 times, for 200 classes; 4 numbers a normalised channel.
expect 0 mog summary --model hybrid-vgg19 --classes 200 --json
says out '"weight_bits": 29622528,'
says out '"bits_in_full_precision": 644591872,'
says out '"compression": 21\.76'
says out '"multiplications": 8495104,'
says out '"one_bit_operations": 396361728,'
says out '"energy_pj": 40563834\.8'

# banks ALPHA R WEIGHT_BITS: MobileNet of width 1/2, 16 bits a number in full precision.
banks() {
  expect 0 mog summary --model hybrid-mobilenet --alpha "$1" --r "$2" --json
  says out "\"weight_bits\": $3,"
  says out '"bits_in_full_precision": 13092000,'
}
banks 1/4 1/2 5201568
banks 1/4 1 6729888
banks 3/8 1/2 6651424
banks 1/2 1/2 8101280
banks 1/2 1 9389728
banks 1 1 13092000
expect 0 mog summary --model hybrid-mobilenet --alpha 1/4
says out '^weight bits +6729888 \(6.730 Mb\)$'
says out '^bits in full precision +13092000, 1.95 times as many: 48.60 % less$'
says out '^full weights +[0-9]+ of 16 bits$'
# Of 16-bit floats: 4226048 multiplications of 1.1 pJ and 25459712 additions of 0.4 pJ.
says out '^multiplications +4226048 an image$'
says out '^additions +25459712 an image$'
says out '^energy of these +14.833 uJ an image in 45 nm$'
says out '^in full precision +18.559 uJ: 20.08 % less$'
# No weight of a MOGNET is full: its sums are integers.
expect 0 mog summary --json
says out '"additions": 211804320,'
says out '"energy_pj": 23745843\.2'

expect 0 mog gradcheck
says out '^all gradients are right$'
finish

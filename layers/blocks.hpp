// Blocks of layers that the paper's Fig. 1 repeats: CFLOG with normalisation and activation, and the MUX residual
// block.
#pragma once

#include "layers/batch_norm.hpp"
#include "layers/cflog.hpp"

namespace mog {

/// CFLOG, batch normalisation, activation: "every convolution but the last is followed by batch normalisation and
/// QReLU". Owns NAME.squeeze.weight, NAME.group.weight, NAME.norm.*.  Shapes  x [N, H, W, C], y [N, H, W, O].
template <class T>
class CflogBlock {
 public:
  CflogBlock(Parameters<T>& parameters, const std::string& name, const CflogOptions& options, int bits);
  Variable<T> operator()(Pass<T>& pass, const Variable<T>& x);
  Cflog<T>& cflog() { return cflog_; }
  [[nodiscard]] const Cflog<T>& cflog() const { return cflog_; }
  [[nodiscard]] const BatchNorm<T>& norm() const { return norm_; }

 private:
  std::string name_;
  int bits_;
  Cflog<T> cflog_;
  BatchNorm<T> norm_;
};

struct MrbOptions {
  Index channels;           // in and out, even
  Index groups;             // g of the 3x3 convolutions
  int bits;                 // k of the activations in the quantized run
  std::uint32_t layer = 0;  // index of the first of its two automata; the second is layer + 1
};

/// MUX residual block (paper section III.A, Fig. 1):
///   a = act(BN(CFLOG(x))), I1 = act(BN(CFLOG(a))), I0 = Bitshift(x + I1), y = MUX(I0, I1; S), S = TGAP(x)
/// While activations are not codes, act is ReLU and Bitshift the identity.
/// Shapes  x, y [N, H, W, C].  Owns NAME.a.* and NAME.b.*, see CflogBlock.
template <class T>
class Mrb {
 public:
  Mrb(Parameters<T>& parameters, const std::string& name, const MrbOptions& options);
  Variable<T> operator()(Pass<T>& pass, const Variable<T>& x);
  CflogBlock<T>& a() { return a_; }
  CflogBlock<T>& b() { return b_; }

 private:
  std::string name_;
  int bits_;
  CflogBlock<T> a_, b_;
};

}  // namespace mog

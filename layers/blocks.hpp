// Blocks of layers: a convolution with its normalisation and activation, the same of a CFLOG, the MUX residual block of
// the paper's Fig. 1, and the sum at the end of a residual block of ResNets.
#pragma once

#include "layers/batch_norm.hpp"
#include "layers/cflog.hpp"

namespace mog {

/// What follows a block's normalisation: nothing, or an activation, see activation().
struct Following {
  int bits = 0;  // k of the codes in the quantized run; 0 for no activation

  static Following nothing() { return {}; }
  static Following activation(int bits) { return {bits}; }
};

/// Convolution, batch normalisation and, where there is one, activation. Owns NAME.weight, NAME.norm.*.
/// Shapes  as Conv.
template <class T>
class ConvBlock {
 public:
  ConvBlock(Parameters<T>& parameters, const std::string& name, const ConvOptions& options, Following following,
            const WeightMaker<T>& weights = plain_weights<T>);
  Variable<T> operator()(Pass<T>& pass, const Variable<T>& x);
  [[nodiscard]] const Conv<T>& conv() const { return conv_; }
  [[nodiscard]] const BatchNorm<T>& norm() const { return norm_; }
  [[nodiscard]] Following following() const { return following_; }

 private:
  Following following_;
  Conv<T> conv_;
  BatchNorm<T> norm_;
};

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
  [[nodiscard]] int bits() const { return bits_; }

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
  [[nodiscard]] const CflogBlock<T>& a() const { return a_; }
  [[nodiscard]] const CflogBlock<T>& b() const { return b_; }

 private:
  std::string name_;
  int bits_;
  CflogBlock<T> a_, b_;
};

/// The end of a residual block (He et al., CVPR 2016): activation(x + way), x being the output of the block's
/// convolutions and `way` that of the path around them. The sum is one of normalised maps in every run: where `way` is
/// an activation, and activations are codes, it is read as numbers 0..1, code / (2^k - 1).
/// Shapes  all the same.
template <class T>
class ResidualSum {
 public:
  /// bits: 0 for a plain sum, x + way in every run. way_is_activation: false where `way` comes from a normalisation.
  ResidualSum(std::string name, int bits, bool way_is_activation);
  Variable<T> operator()(Pass<T>& pass, const Variable<T>& x, const Variable<T>& way) const;
  [[nodiscard]] int bits() const { return bits_; }
  [[nodiscard]] bool way_is_activation() const { return way_is_activation_; }

 private:
  std::string name_;
  int bits_;
  bool way_is_activation_;
};

}  // namespace mog

// The binary convolution of XNOR-Net, behind its normalisation and the signs of what comes in.
#pragma once

#include "layers/batch_norm.hpp"
#include "layers/conv.hpp"

namespace mog {

/// y = conv(sign(BN(x))) of scaled binary weights (Rastegari et al., ECCV 2016, section 3.2, whose order of layers this
/// is). sign is binarize(), its gradient [|x| <= 1]; while activations are not quantized ReLU is in its place.
/// Shapes  as Conv.  Owns NAME.norm.* of x's channels and NAME.weight, see ScaledBinaryWeights.
template <class T>
class BinaryBlock {
 public:
  BinaryBlock(Parameters<T>& parameters, const std::string& name, const ConvOptions& options);
  Variable<T> operator()(Pass<T>& pass, const Variable<T>& x);
  [[nodiscard]] const BatchNorm<T>& norm() const { return norm_; }
  [[nodiscard]] const Conv<T>& conv() const { return conv_; }

 private:
  std::string name_;
  BatchNorm<T> norm_;
  Conv<T> conv_;
};

}  // namespace mog

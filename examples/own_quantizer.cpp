// Weights of one's own: two bits a weight, values -1, -1/3, 1/3, 1, with a straight-through gradient. A layer is given
// them as one object, and nothing else has to know.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <mog/mog.hpp>

namespace {

/// q = (2 round(1.5 clip(w, -1, 1) - 0.5) + 1) / 3;  dw = dq [|w| <= 1], an estimator. Saves w.
template <class T>
mog::Variable<T> four_levels(mog::Tape<T>& tape, const mog::Variable<T>& w) {
  const mog::Tensor<T> q = tape.make(w.shape());
  for (mog::Index i = 0; i < q.elements(); ++i) {
    const T clipped = std::clamp(w.value[i], T{-1}, T{1});
    q[i] = (2 * std::nearbyint(T{1.5} * clipped - T{0.5}) + 1) / 3;
  }
  return tape.record(q, {w.gradient}, [&tape, w = w.value, dw_sum = w.gradient](const mog::Tensor<T>& dq) {
    const mog::Tensor<T> dw = tape.make(dq.shape());
    for (mog::Index i = 0; i < dw.elements(); ++i) dw[i] = std::abs(w[i]) <= 1 ? dq[i] : T{0};
    dw_sum.add(dw);
  });
}

/// What a convolution is given: makes its weights in each pass from the parameter NAME.
template <class T>
class FourLevels : public mog::WeightSource<T> {
 public:
  FourLevels(mog::Parameters<T>& parameters, const mog::WeightRequest& request)
      : weight_(parameters.add(request.name, request.shape, request.initial)) {}

  mog::Variable<T> weights(mog::Pass<T>& pass) override {
    const mog::Variable<T> proxy = weight_->variable();
    return pass.quantized_weights() ? four_levels(pass.tape, proxy) : proxy;
  }
  [[nodiscard]] std::string kind() const override { return "four levels"; }
  [[nodiscard]] mog::WeightStorage storage() const override { return {.stored = weight_->value.elements(), .bits = 2}; }

 private:
  mog::Parameter<T>* weight_;
};

}  // namespace

/// Fits y = x w* with weights of four levels and prints how far it got.
int main() {
  const mog::Tensor<float> target = mog::Tensor<float>::from({4, 2}, {1, -1, 1 / 3.F, 1, -1 / 3.F, 1, -1, 1 / 3.F});
  const mog::Tensor<float> x = mog::random_tensor<float>({64, 1, 1, 4}, /*seed=*/3);

  mog::Parameters<float> parameters;
  mog::Conv<float> conv(parameters, "conv", {.in = 4, .out = 2}, [](auto& all, const auto& request) {
    return std::make_shared<FourLevels<float>>(all, request);
  });
  mog::Adam<float> adam(parameters);
  mog::Tape<float> tape;
  mog::Pass<float> pass{.tape = tape, .stage = mog::Stage::quantized_weights};
  const mog::Tensor<float> wanted = mog::pointwise(tape, {x}, {target}).value;

  for (int step = 0; step < 400; ++step) {
    const auto y = conv(pass, {x});
    const mog::Tensor<float> dy = tape.make(y.shape());  // of the loss sum (y - wanted)^2 / 2
    for (mog::Index i = 0; i < dy.elements(); ++i) dy[i] = (y.value[i] - wanted[i]) / 64;
    tape.backward(y, dy);
    adam.step(0.01);
    tape.reset();
  }

  const mog::Tensor<float> learned = conv.weights(pass).value;
  int right = 0;
  for (mog::Index i = 0; i < learned.elements(); ++i) right += std::abs(learned[i] - target[i]) < 1e-6F ? 1 : 0;
  std::printf("own quantizer: %d of 8 weights found\n", right);
  return right == 8 ? 0 : 1;
}

// A quantized network of one's own, trained on one's own folder of images with one's own loop.
//
//   own_network FOLDER        FOLDER holds one sub-folder of PNG, JPEG or BMP images for each class
#include <cstdio>
#include <exception>
#include <mog/mog.hpp>

namespace {

constexpr int kBits = 2;  // activations are codes 0..3 once the network is quantized

/// Ternary 3x3 convolution, a factorized one with generated weights, a multiplexer residual block, a binary classifier.
struct TinyNet {
  TinyNet(mog::Parameters<float>& p, mog::Index classes)
      : conv(p, "conv", {.in = 3, .out = 16, .kernel = 3}, mog::ternary_weights<float>),
        norm(p, "norm", {.channels = 16}),
        wider(p, "wider", {.in = 16, .out = 32, .groups = 2, .layer = 0}, kBits),
        residual(p, "residual", {.channels = 32, .groups = 2, .bits = kBits, .layer = 1}),
        classify(p, "classify", {.in = 32, .out = classes}, mog::binary_weights<float>),
        classify_norm(p, "classify_norm", {.channels = classes}) {}

  mog::Variable<float> operator()(mog::Pass<float>& pass, const mog::Variable<float>& images) {
    mog::Variable<float> x = norm.activated(pass, conv(pass, images), kBits);
    x = mog::max_pool(pass.tape, wider(pass, x));
    x = mog::max_pool(pass.tape, residual(pass, x));
    return mog::global_average_pool(pass.tape, classify_norm(pass, classify(pass, x)));
  }

  mog::Conv<float> conv;
  mog::BatchNorm<float> norm;
  mog::CflogBlock<float> wider;
  mog::Mrb<float> residual;
  mog::Conv<float> classify;
  mog::BatchNorm<float> classify_norm;
};

void train(const char* folder) {
  const mog::DatasetPair photos = mog::load_image_folder_pair(folder, {.size = {32, 32}});

  mog::Parameters<float> parameters(/*seed=*/1);
  TinyNet net(parameters, photos.train.classes());
  mog::Adam<float> adam(parameters);
  mog::Tape<float> tape;

  constexpr int kEpochs = 6;  // of each of the three runs: full precision, quantized weights, all quantized
  mog::Batches batches = mog::Batches::training(photos.train, {.batch = 20, .seed = 1});
  mog::Batch batch;
  for (const mog::Stage stage : {mog::Stage::full_precision, mog::Stage::quantized_weights, mog::Stage::quantized}) {
    for (int epoch = 0; epoch < kEpochs; ++epoch) {
      parameters.begin_epoch();
      for (mog::Index b = 0; b < batches.count(); ++b) {
        batches.fill(epoch, b, batch);

        mog::Pass<float> pass{.tape = tape, .stage = stage, .training = true};
        const auto logits = net(pass, {batch.images});
        const auto loss = mog::softmax_cross_entropy(tape, logits, batch.labels);
        tape.backward(loss);
        adam.step(1e-3);
        tape.reset();
      }
    }
    mog::estimate_statistics(net, stage, batches);
    const mog::Evaluation result = mog::evaluate(net, stage, photos.test);
    std::printf("%-18s test accuracy %.1f %%\n", mog::name(stage), 100 * result.accuracy);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: own_network FOLDER\n");
    return 2;
  }
  try {
    train(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "own_network: %s\n", error.what());
    return 1;
  }
}

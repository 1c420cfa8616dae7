// Draws the built-in pictures: a scene is drawn at random, then coloured pixel by pixel.
#include "data/builtin.hpp"

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/random.hpp"
#include "data/drawing.hpp"

namespace mog {
namespace {

using namespace drawing;

constexpr Index kSize = 32;
constexpr float kMiddle = 16;  // of a side
constexpr Index kClasses = 10;
const char* const kFigures[] = {"circle", "square", "triangle", "star", "cross"};
const char* const kTextures[] = {"striped", "checked"};

/// Everything about one picture that chance decides; lengths in pixels.
struct Scene {
  Point centre;
  float radius;
  Point tilt;        // first axis of the figure
  Point grain;       // first axis of the texture
  Point phase;       // shift of the texture, in periods
  float period;      // of the texture
  Colour tones[2];   // of the texture
  Colour ground[2];  // background, from one side to the other
  Point slope;       // direction of the background's gradient
  float noise;       // amplitude
};

/// One draw a statement: the order in which a call's arguments are evaluated is the compiler's choice.
Scene draw_scene(Random& random) {
  Scene scene{};
  scene.centre = {random.uniform(13, 19), random.uniform(13, 19)};
  scene.radius = random.uniform(10.5F, 13.0F);
  scene.tilt = direction(random.uniform(-0.13F, 0.13F));  // up to 15 degrees
  scene.grain = direction(random.uniform(-1, 1));
  scene.phase = {random.uniform(), random.uniform()};
  scene.period = random.uniform(6.0F, 8.0F);
  const float hue = random.uniform();
  const float saturation = random.uniform(0.45F, 0.9F);
  scene.tones[0] = from_hsv(hue, saturation, random.uniform(0.9F, 1.0F));
  const float second_hue = hue + random.uniform(-0.12F, 0.12F);
  scene.tones[1] = from_hsv(second_hue, saturation, random.uniform(0.4F, 0.55F));
  const float ground_hue = hue + random.uniform(0.25F, 0.75F);
  for (Colour& ground : scene.ground) {
    const float nearby_hue = ground_hue + random.uniform(-0.1F, 0.1F);
    const float ground_saturation = random.uniform(0.3F, 0.8F);
    ground = from_hsv(nearby_hue, ground_saturation, random.uniform(0.05F, 0.3F));
  }
  scene.slope = direction(random.uniform(-1, 1));
  scene.noise = random.uniform(0.01F, 0.05F);
  return scene;
}

/// The colour of the pixel whose middle is p, without noise.
Colour colour_at(const Scene& scene, Figure figure, Texture texture, Point p) {
  const Point from_centre = {p.x - scene.centre.x, p.y - scene.centre.y};
  const Point in_figure = turned({from_centre.x / scene.radius, from_centre.y / scene.radius}, scene.tilt);
  const float inside = clamp01(0.5F - distance_to(figure, in_figure) * scene.radius);
  const Point in_grain = turned({from_centre.x / scene.period, from_centre.y / scene.period}, scene.grain);
  const float tone = tone_at(texture, {in_grain.x + scene.phase.x, in_grain.y + scene.phase.y}, 0.3F * scene.period);
  const float across = clamp01(0.5F + dot({p.x - kMiddle, p.y - kMiddle}, scene.slope) / (2 * kMiddle));
  Colour colour{};
  for (std::size_t c = 0; c < 3; ++c) {
    const float ground = mix(scene.ground[0][c], scene.ground[1][c], across);
    colour[c] = mix(ground, mix(scene.tones[0][c], scene.tones[1][c], tone), inside);
  }
  return colour;
}

/// Noise between -1 and 1, more often near 0: the difference of two of the random bytes.
float noise_from(std::uint32_t bits) {
  return static_cast<float>(static_cast<int>(bits & 255U) - static_cast<int>(bits >> 8 & 255U)) / 256;
}

void draw_picture(Index label, Random random, std::uint8_t* pixels) {
  const auto figure = static_cast<Figure>(label / 2);
  const auto texture = static_cast<Texture>(label % 2);
  const Scene scene = draw_scene(random);
  for (Index y = 0; y < kSize; ++y) {
    for (Index x = 0; x < kSize; ++x) {
      const Colour colour =
          colour_at(scene, figure, texture, {static_cast<float>(x) + 0.5F, static_cast<float>(y) + 0.5F});
      const float grey = noise_from(random.bits()) * scene.noise;  // film grain: the same for the three colours
      for (const float channel : colour) {
        const float level = 255 * (channel + grey) + 0.5F;  // so that cutting off the fraction rounds to nearest
        *pixels++ = static_cast<std::uint8_t>(std::clamp(level, 0.0F, 255.0F));
      }
    }
  }
}

Dataset draw_set(const char* name, Index count, std::uint64_t seed, std::uint32_t set) {
  Dataset data{
      .name = name, .height = kSize, .width = kSize, .channels = 3, .pixels = {}, .labels = {}, .class_names = {}};
  for (const char* figure : kFigures) {
    for (const char* texture : kTextures) data.class_names.push_back(concat(texture, " ", figure));
  }
  data.resize(count);
  parallel_for(count, [&](Index i) {
    const Index label = i % kClasses;
    data.labels[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(label);
    draw_picture(label, Random(seed, Purpose::images, set, static_cast<std::uint32_t>(i)), data.image(i));
  });
  return data;
}

}  // namespace

DatasetPair builtin_images(const BuiltinOptions& options) {
  require(options.train >= 1 && options.test >= 1, "builtin_images: ", options.train, " train and ", options.test,
          " test pictures, expected 1 or more");
  return {draw_set("built-in train", options.train, options.seed, 0),
          draw_set("built-in test", options.test, options.seed, 1)};
}

}  // namespace mog

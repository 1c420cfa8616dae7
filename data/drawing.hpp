// Shapes and textures of the built-in pictures, as functions of a point; only operations that IEEE 754 rounds exactly.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

namespace mog::drawing {

// Add, multiply, divide, sqrt, floor and comparisons give the same bits on every machine; sin, cos and pow do not.

struct Point {
  float x, y;
};

/// Red, green, blue, each 0 to 1.
using Colour = std::array<float, 3>;

enum class Figure { circle, square, triangle, star, cross };
enum class Texture { stripes, checks };

inline float dot(Point a, Point b) { return a.x * b.x + a.y * b.y; }
inline float clamp01(float value) { return std::clamp(value, 0.0F, 1.0F); }
inline float mix(float a, float b, float share) { return a + (b - a) * share; }

/// The unit vector at the angle whose half has tangent t: t in [-1, 1] turns by -90 to 90 degrees.
inline Point direction(float t) { return {(1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)}; }

/// p in the frame whose first axis is the unit vector `axis`.
inline Point turned(Point p, Point axis) { return {dot(p, axis), p.y * axis.x - p.x * axis.y}; }

inline float distance_to_box(Point p, float half_width, float half_height) {
  return std::max(std::abs(p.x) - half_width, std::abs(p.y) - half_height);
}

/// Five-pointed star of outer radius 1, point upwards (y grows downwards): two mirrors fold the plane onto one edge.
inline float distance_to_star(Point p) {
  constexpr Point kMirror1 = {0.809016994F, 0.587785252F};  // cos 36, sin 36 degrees
  constexpr Point kMirror2 = {-0.809016994F, 0.587785252F};
  constexpr float kInner = 0.5F;  // radius of the five inner corners
  p = {std::abs(p.x), -p.y};
  const float over1 = 2 * std::max(p.x * kMirror1.x - p.y * kMirror1.y, 0.0F);
  p = {p.x - over1 * kMirror1.x, p.y + over1 * kMirror1.y};
  const float over2 = 2 * std::max(p.x * kMirror2.x - p.y * kMirror2.y, 0.0F);
  p = {p.x - over2 * kMirror2.x, p.y + over2 * kMirror2.y};
  p = {std::abs(p.x), p.y - 1};
  // The edge runs from the tip (0, 0) to the inner corner at 36 degrees.
  constexpr Point kEdge = {kInner * 0.587785252F, kInner * 0.809016994F - 1};
  const float along = std::clamp(dot(p, kEdge) / dot(kEdge, kEdge), 0.0F, 1.0F);
  const Point away = {p.x - along * kEdge.x, p.y - along * kEdge.y};
  const float distance = std::sqrt(dot(away, away));
  return p.y * kEdge.x > p.x * kEdge.y ? distance : -distance;
}

/// Signed distance (negative inside) from p to the edge of a figure of about unit radius; near the edge exact enough to
/// smooth it over one pixel. Sizes are chosen so that the figures cover similar areas.
inline float distance_to(Figure figure, Point p) {
  switch (figure) {
    case Figure::circle: return std::sqrt(dot(p, p)) - 0.88F;
    case Figure::square: return distance_to_box(p, 0.78F, 0.78F);
    case Figure::triangle: return std::max(p.y - 0.62F, std::abs(p.x) * 0.866025404F - p.y * 0.5F - 0.56F);
    case Figure::star: return distance_to_star({p.x / 1.15F, p.y / 1.15F}) * 1.15F;
    case Figure::cross: return std::min(distance_to_box(p, 1.0F, 0.38F), distance_to_box(p, 0.38F, 1.0F));
  }
  return 0;
}

/// A zigzag of period 1 between -1 and 1.
inline float zigzag(float u) { return std::abs(u - std::floor(u) - 0.5F) * 4 - 1; }

/// Which of a texture's two tones is at p (in periods): 0 or 1, smoothed where `sharpness` is low.
inline float tone_at(Texture texture, Point p, float sharpness) {
  const float wave = texture == Texture::stripes ? zigzag(p.x) : zigzag(p.x) * zigzag(p.y);
  return clamp01(0.5F + sharpness * wave);
}

/// Colour of a hue (0 to 1 around the circle), saturation and value.
inline Colour from_hsv(float hue, float saturation, float value) {
  Colour colour{};
  for (std::size_t c = 0; c < 3; ++c) {
    const float turn = hue + static_cast<float>(3 - c) / 3;  // red peaks at 0, green at 1/3, blue at 2/3
    const float peak = clamp01(std::abs((turn - std::floor(turn)) * 6 - 3) - 1);
    colour[c] = value * mix(1, peak, saturation);
  }
  return colour;
}

}  // namespace mog::drawing

// The exported network in C99 above its convolutions: sums to codes, pooling, residual blocks, the walk over the table
// of steps: the second half of model.c.
#include "deploy/c_export/text.hpp"

namespace mog::c_export {

const char* const kNetwork =
    R"c(
/* Sums become codes, in place: bit by bit, the highest first. */
static void activate(strip *sums, size_t channels, const thresholds *t) {
  for (size_t o = 0; o < channels; ++o) {
    const unsigned falls = bit(t->falling, o);
    const int32_t first = t->first[o], slope = t->slope[o];
    for (int l = 0; l < MOG_LANES; ++l) {
      const int32_t v = falls != 0 ? -sums[o].lane[l] : sums[o].lane[l];
      const int64_t on_line = (int64_t)v * (1 << LEVEL_FRACTION) - first;
      int32_t code = 0;
      for (int32_t half = 1 << (MOG_BITS - 1); half > 0; half /= 2) {
        const int32_t level = code + half - 1;
        if (slope >= 0 ? on_line >= (int64_t)slope * level : v >= t->listed[first + level]) code += half;
      }
      sums[o].lane[l] = code;
    }
  }
}

/* Where a map's pixel begins: codes lie in a row of bits, the first in the lowest bits of the first byte. */
static uint8_t *pixel_of(size_t map, size_t pixel, size_t channels) {
  return arena.bytes + map + pixel * bytes_of(channels * MOG_BITS);
}

static void pack(uint8_t *to, const uint8_t *codes, size_t count) {
  unsigned bits = 0, held = 0;
  for (size_t i = 0; i < count; ++i) {
    bits |= (unsigned)codes[i] << held;
    held += MOG_BITS;
    if (held >= 8) {
      *to++ = (uint8_t)(bits & 255U);
      bits >>= 8;
      held -= 8;
    }
  }
  if (held > 0) *to = (uint8_t)bits;
}

static void unpack(uint8_t *codes, const uint8_t *from, size_t count) {
  unsigned bits = 0, held = 0;
  for (size_t i = 0; i < count; ++i) {
    if (held < MOG_BITS) {
      bits |= (unsigned)*from++ << held;
      held += 8;
    }
    codes[i] = (uint8_t)(bits & MOG_TOP_CODE);
    bits >>= MOG_BITS;
    held -= MOG_BITS;
  }
}

static void tell(int layer, size_t pixel, const uint8_t *codes, size_t channels) {
  if (listener.call != 0) listener.call(listener.context, layer, pixel, codes, channels);
}

/* Codes of one lane of arena.values, as bytes. */
static const uint8_t *codes_of(size_t channels, size_t lane) {
  for (size_t c = 0; c < channels; ++c) arena.codes[c] = (uint8_t)arena.values[c].lane[lane];
  return arena.codes;
}

/* Sums over all pixels of each channel of a map. */
static void sum_map(size_t map, size_t pixels, size_t channels) {
  for (size_t c = 0; c < channels; ++c) arena.channel_sums[c] = 0;
  for (size_t p = 0; p < pixels; ++p) {
    unpack(arena.codes, pixel_of(map, p, channels), channels);
    for (size_t c = 0; c < channels; ++c) arena.channel_sums[c] += arena.codes[c];
  }
}

/* ---- Steps ---- */

/* arena.values become the latent maps of a strip, kept among the rows of the 3x3 convolution. */
static void squeeze(const cflog *c, const step *s, size_t y, size_t x) {
  row_number *const row = row_of(&c->group, s->width, y);
  pointwise(arena.latents, c->latent, arena.values, c->in, c->squeeze);
  for (size_t l = 0; l < smaller(s->width - x, MOG_LANES); ++l) {
    for (size_t t = 0; t < c->latent; ++t) row[(x + l) * c->latent + t] = (row_number)arena.latents[t].lane[l];
  }
}

/* The rest of a CFLOG, once the rows around row y are there: arena.values become its codes. */
static void finish(const cflog *c, const step *s, size_t y, size_t x) {
  convolve(arena.latents, &c->group, s, y, x);
  pointwise(arena.values, c->out, arena.latents, c->latent, arena.bytes + c->generated);
  activate(arena.values, c->out, &c->activation);
}

static void squeeze_row_of_map(const step *s, size_t y) {
  for (size_t x = 0; x < s->width; x += MOG_LANES) {
    clear(arena.values, s->channels);
    for (size_t l = 0; l < smaller(s->width - x, MOG_LANES); ++l) {
      unpack(arena.codes, pixel_of(s->in, y * s->width + x + l, s->channels), s->channels);
      for (size_t c = 0; c < s->channels; ++c) arena.values[c].lane[l] = arena.codes[c];
    }
    squeeze(s->a, s, y, x);
  }
}

static void load_row_of_pixels(const step *s, const uint8_t *pixels, size_t y) {
  row_number *const row = row_of(&first_conv, s->width, y);
  for (size_t i = 0; i < s->width * 3; ++i) row[i] = (row_number)(pixels[y * s->width * 3 + i] - 128);
}

static void squeeze_row_of_pixels(const step *s, const uint8_t *pixels, size_t y) {
  if (y == 0) load_row_of_pixels(s, pixels, 0);
  if (y + 1 < s->height) load_row_of_pixels(s, pixels, y + 1);
  for (size_t x = 0; x < s->width; x += MOG_LANES) {
    convolve(arena.values, &first_conv, s, y, x);
    activate(arena.values, first_conv.out, &first_activation);
    for (size_t l = 0; l < smaller(s->width - x, MOG_LANES); ++l) {
      tell(0, y * s->width + x + l, codes_of(first_conv.out, l), first_conv.out);
    }
    squeeze(s->a, s, y, x);
  }
}

/* From the picture, or from a map to another: row y - 1 leaves when row y has come. */
static void run_cflog(const step *s, const uint8_t *pixels) {
  const int layer = s->kind == STEP_PIXELS ? s->layer + 1 : s->layer;
  generate(s->a);
  for (size_t y = 0; y <= s->height; ++y) {
    if (y < s->height && s->kind == STEP_PIXELS) squeeze_row_of_pixels(s, pixels, y);
    if (y < s->height && s->kind == STEP_CFLOG) squeeze_row_of_map(s, y);
    for (size_t x = 0; y > 0 && x < s->width; x += MOG_LANES) {
      finish(s->a, s, y - 1, x);
      for (size_t l = 0; l < smaller(s->width - x, MOG_LANES); ++l) {
        const size_t pixel = (y - 1) * s->width + x + l;
        tell(layer, pixel, codes_of(s->a->out, l), s->a->out);
        pack(pixel_of(s->out, pixel, s->a->out), arena.codes, s->a->out);
      }
    }
  }
}

/* The multiplexer: a channel whose mean code is above half the top code takes the new code i1 alone, any other
 * i0 = floor((x + i1) / 2), with one bit x OR i1. arena.values hold i1. */
static void multiplex(const step *s, size_t y, size_t x) {
  const int32_t half = (int32_t)(MOG_TOP_CODE * s->height * s->width);
  for (size_t l = 0; l < smaller(s->width - x, MOG_LANES); ++l) {
    const size_t pixel = y * s->width + x + l;
    uint8_t *const packed = pixel_of(s->in, pixel, s->channels);
    tell(s->layer + 1, pixel, codes_of(s->channels, l), s->channels);
    unpack(arena.residual, packed, s->channels);
    for (size_t c = 0; c < s->channels; ++c) {
      const int sum = arena.residual[c] + arena.codes[c];
      if (2 * arena.channel_sums[c] <= half) arena.codes[c] = (uint8_t)((sum + (MOG_BITS == 1)) / 2);
    }
    tell(s->layer + 2, pixel, arena.codes, s->channels);
    pack(packed, arena.codes, s->channels);
  }
}

/* Row y comes, row y - 1 passes from CFLOG a to b, row y - 2 leaves and replaces itself. */
static void run_residual(const step *s) {
  generate(s->a);
  generate(s->b);
  sum_map(s->in, s->height * s->width, s->channels);
  for (size_t y = 0; y < s->height + 2; ++y) {
    if (y < s->height) squeeze_row_of_map(s, y);
    for (size_t x = 0; y >= 1 && y <= s->height && x < s->width; x += MOG_LANES) {
      finish(s->a, s, y - 1, x);
      for (size_t l = 0; l < smaller(s->width - x, MOG_LANES); ++l) {
        tell(s->layer, (y - 1) * s->width + x + l, codes_of(s->a->out, l), s->a->out);
      }
      squeeze(s->b, s, y - 1, x);
    }
    for (size_t x = 0; y >= 2 && x < s->width; x += MOG_LANES) {
      finish(s->b, s, y - 2, x);
      multiplex(s, y - 2, x);
    }
  }
}

/* No pixel is written before it has been read: the smaller map stays behind. */
static void run_pool(const step *s) {
  const size_t height = s->height / 2, width = s->width / 2;
  for (size_t p = 0; p < height * width; ++p) {
    for (size_t i = 0; i < 4; ++i) {
      const size_t y = p / width * 2 + i / 2, x = p % width * 2 + i % 2;
      unpack(arena.codes, pixel_of(s->in, y * s->width + x, s->channels), s->channels);
      for (size_t c = 0; c < s->channels; ++c) {
        if (i == 0 || arena.codes[c] > arena.residual[c]) arena.residual[c] = arena.codes[c];
      }
    }
    tell(s->layer, p, arena.residual, s->channels);
    pack(pixel_of(s->in, p, s->channels), arena.residual, s->channels);
  }
}

/* Pointwise convolution of the sums over all pixels, then a fixed-point affine map for each class. */
static void run_head(int64_t *class_sums) {
  sum_map(HEAD_MAP, HEAD_PIXELS, HEAD_CHANNELS);
  for (size_t k = 0; k < MOG_CLASSES; ++k) {
    int32_t sum = 0;
    for (size_t c = 0; c < HEAD_CHANNELS; ++c) {
      const size_t weight = k * bytes_of(HEAD_CHANNELS) * 8 + c;
      if (bit(head_plus, weight) != 0) sum += arena.channel_sums[c];
      if (bit(head_minus, weight) != 0) sum -= arena.channel_sums[c];
    }
    class_sums[k] = (int64_t)head_multiplier[k] * sum + head_offset[k];
  }
}

void mog_run_observed(const uint8_t *pixels, int64_t *class_sums, mog_observer call, void *context) {
  listener.call = call;
  listener.context = context;
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; ++i) {
    const step *const s = &steps[i];
    switch (s->kind) {
      case STEP_PIXELS:
      case STEP_CFLOG: run_cflog(s, pixels); break;
      case STEP_RESIDUAL: run_residual(s); break;
      case STEP_POOL: run_pool(s); break;
    }
  }
  run_head(class_sums);
}

void mog_run(const uint8_t *pixels, int64_t *class_sums) { mog_run_observed(pixels, class_sums, 0, 0); }

int mog_best_class(const int64_t *class_sums) {
  int best = 0;
  for (int k = 1; k < MOG_CLASSES; ++k) {
    if (class_sums[k] > class_sums[best]) best = k;
  }
  return best;
}
)c";

}  // namespace mog::c_export

// The exported network's loops in C99: one page of kernels, then the walk over the table of steps.
#include "deploy/c_export/text.hpp"

namespace mog::c_export {

const char* const kLoops =
    R"c(/* The network's loops, the same for every network; model_weights.h has the weights and the table of steps.
 *
 * No multiplication: a weight is +1 or -1 (one bit), or +1, 0 or -1 (two bits). For every four inputs the 16 sums that
 * their weights can pick go into a table once, and each output adds those that its weights name.
 * Numbers travel in strips: one number of each of MOG_LANES neighbouring pixels of a row.
 * A CFLOG (pointwise, 3x3 and generated pointwise convolution) keeps three rows of its latent maps. A residual block is
 * computed in place, its two CFLOGs following each other over the rows of the map. */
#include "model.h"

typedef struct {
  int32_t lane[MOG_LANES];
} strip;

/* Normalisation and activation: the code of a sum s is the number of levels that v has reached, v = s, or -s where the
 * channel falls. MOG_TOP_CODE levels a channel, on a line: level j = 0, 1, ... is reached when
 * v 2^LEVEL_FRACTION >= first + j slope. Where slope is -1 they are on no line: v >= listed[first + j]. */
typedef struct {
  const uint8_t *falling; /* one bit a channel */
  const int32_t *first, *slope, *listed;
} thresholds;

/* 3x3 convolution of groups, border of zeros. A byte of weights is four inputs of one output and tap: bits 0 to 3 say
 * which weights are +1, bits 4 to 7 which are -1. Order [group][tap row][inputs / 4][output][tap column]. */
typedef struct {
  size_t in, out, groups;
  const uint8_t *weights;
  size_t rows; /* where the three rows of its input begin in arena.rows */
} conv3x3;

/* Pointwise in -> latent (one bit a weight: 1 is +1, 0 is -1; [latent][in / 8]), 3x3 latent -> latent, pointwise
 * latent -> out with the weights of an automaton, thresholds. */
typedef struct {
  size_t in, latent, out;
  const uint8_t *squeeze;
  conv3x3 group;
  const uint8_t *first_state; /* of the automaton: one bit a cell, one cell an output */
  size_t generated;           /* where its weights go in arena.bytes: [out][latent / 8] */
  thresholds activation;
} cflog;

typedef enum { STEP_PIXELS, STEP_CFLOG, STEP_RESIDUAL, STEP_POOL } step_kind;

/* STEP_PIXELS: first convolution and the CFLOG a, from the picture to a map. STEP_CFLOG: a, from map to map.
 * STEP_RESIDUAL: a and b, in place. STEP_POOL: 2x2 maximum, in place. */
typedef struct {
  step_kind kind;
  size_t height, width, channels; /* of the map that comes in */
  size_t in, out;                 /* where maps begin in arena.bytes */
  const cflog *a, *b;
  int layer; /* index of its first map in mog_layer_names */
} step;

#include "model_weights.h"

/* All memory that a run needs. */
static struct {
  strip tables[TABLES][16]; /* first: processors reach the beginning with shorter instructions */
  strip values[MAX_CHANNELS];
  strip latents[MAX_LATENTS];
  int32_t channel_sums[MAX_CHANNELS];
  row_number rows[ROW_NUMBERS];   /* inputs of the 3x3 convolutions, [3][width][channels] each */
  uint8_t codes[MAX_CHANNELS];    /* one pixel */
  uint8_t residual[MAX_CHANNELS]; /* one pixel */
  uint8_t bytes[MAP_BYTES];       /* maps, MOG_BITS a code; generated weights */
} arena;

typedef char arena_has_the_size_that_the_header_says[sizeof arena == MOG_ARENA_BYTES ? 1 : -1];

static struct {
  mog_observer call;
  void *context;
} observer;

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
static size_t bytes_of(size_t bits) { return (bits + 7) / 8; }
static unsigned bit(const uint8_t *bits, size_t i) { return (unsigned)bits[i / 8] >> (i % 8) & 1U; }

static void clear(strip *strips, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    for (int l = 0; l < MOG_LANES; ++l) strips[i].lane[l] = 0;
  }
}

/* ---- Convolutions ---- */

/* table[mask] = sum of up to four values, each added where its bit of the mask is 1 and subtracted where it is 0. */
static void tabulate(strip table[16], const strip *values, size_t count) {
  for (int l = 0; l < MOG_LANES; ++l) {
    int32_t none = 0;
    for (size_t i = 0; i < count; ++i) none -= values[i].lane[l];
    table[0].lane[l] = none;
  }
  for (size_t i = 0; i < 4; ++i) {
    for (size_t mask = 0; mask < (size_t)1 << i; ++mask) {
      strip *const with = &table[mask | (size_t)1 << i];
      for (int l = 0; l < MOG_LANES; ++l) {
        const int32_t value = i < count ? values[i].lane[l] : 0;
        with->lane[l] = table[mask].lane[l] + value + value;
      }
    }
  }
}

/* sums[o] = weights[o][0] values[0] + weights[o][1] values[1] + ...: TABLES / 2 bytes of each output's weights at a
 * time. */
static void pointwise(strip *sums, size_t outputs, const strip *values, size_t inputs, const uint8_t *weights) {
  const size_t stride = bytes_of(inputs);
  clear(sums, outputs);
  for (size_t first = 0; first < stride; first += TABLES / 2) {
    const size_t bytes = smaller(stride - first, TABLES / 2);
    for (size_t t = 0; t < 2 * bytes; ++t) {
      const size_t input = 8 * first + 4 * t;
      tabulate(arena.tables[t], values + smaller(input, inputs), input < inputs ? smaller(inputs - input, 4) : 0);
    }
    for (size_t o = 0; o < outputs; ++o) {
      const uint8_t *const weight = weights + o * stride + first;
      strip sum = sums[o];
      for (size_t b = 0; b < bytes; ++b) {
        const strip *const low = &arena.tables[2 * b][weight[b] & 15U];
        const strip *const high = &arena.tables[2 * b + 1][weight[b] >> 4];
        for (int l = 0; l < MOG_LANES; ++l) sum.lane[l] += low->lane[l] + high->lane[l];
      }
      sums[o] = sum;
    }
  }
}

/* The row that a 3x3 convolution holds for row y of the picture. */
static row_number *row_of(const conv3x3 *conv, size_t width, size_t y) {
  return arena.rows + conv->rows + y % 3 * width * conv->in;
}

/* One number of each column under a strip's 3x3 windows: those of the strip, and one to either side. Two more make the
 * size a power of two for strips of four. */
typedef struct {
  int32_t column[MOG_LANES + 4];
} window;

/* table[mask] = sum of those of up to four channels of a row whose bit is 1. */
static void tabulate_window(window table[16], const row_number *row, size_t width, size_t channels, size_t first,
                            size_t count, size_t x) {
  for (size_t c = 0; c < MOG_LANES + 2; ++c) {
    const size_t at = x + c; /* of the picture, and 1 more */
    const row_number *const pixel = at >= 1 && at <= width ? row + (at - 1) * channels + first : 0;
    table[0].column[c] = 0;
    for (size_t i = 0; i < 4; ++i) {
      const int32_t value = pixel != 0 && i < count ? pixel[i] : 0;
      for (size_t mask = 0; mask < (size_t)1 << i; ++mask) {
        table[mask | (size_t)1 << i].column[c] = table[mask].column[c] + value;
      }
    }
  }
}

/* sums[o] of the strip that begins at row y, column x. */
static void convolve(strip *sums, const conv3x3 *conv, const step *s, size_t y, size_t x) {
  const size_t inputs = conv->in / conv->groups, outputs = conv->out / conv->groups;
  const uint8_t *weight = conv->weights;
  clear(sums, conv->out);
  for (size_t g = 0; g < conv->groups; ++g) {
    for (size_t tap = 0; tap < 3; ++tap) {
      if (y + tap < 1 || y + tap > s->height) {
        weight += (inputs + 3) / 4 * outputs * 3;
        continue;
      }
      const row_number *const row = row_of(conv, s->width, y + tap - 1);
      for (size_t i = 0; i < inputs; i += 4) {
        window table[16];
        tabulate_window(table, row, s->width, conv->in, g * inputs + i, smaller(inputs - i, 4), x);
        for (size_t o = g * outputs; o < (g + 1) * outputs; ++o) {
          strip sum = sums[o];
          for (size_t column = 0; column < 3; ++column, ++weight) {
            const int32_t *const plus = table[*weight & 15U].column + column;
            const int32_t *const minus = table[*weight >> 4].column + column;
            for (int l = 0; l < MOG_LANES; ++l) sum.lane[l] += plus[l] - minus[l];
          }
          sums[o] = sum;
        }
      }
    }
  }
}

/* Rule 30 on a ring of cells: state t gives the weights of latent map t, a live cell +1 and a dead one -1. */
static void generate(const cflog *c) {
  uint8_t *const weights = arena.bytes + c->generated, *const cells = arena.codes;
  const size_t stride = bytes_of(c->latent);
  for (size_t i = 0; i < c->out * stride; ++i) weights[i] = 0;
  for (size_t o = 0; o < c->out; ++o) cells[o] = (uint8_t)bit(c->first_state, o);
  for (size_t t = 0; t < c->latent; ++t) {
    const uint8_t first = cells[0];
    uint8_t left = cells[c->out - 1];
    for (size_t o = 0; o < c->out; ++o) {
      const uint8_t centre = cells[o], right = o + 1 < c->out ? cells[o + 1] : first;
      uint8_t *const byte = weights + o * stride + t / 8;
      *byte = (uint8_t)(*byte | centre << t % 8);
      cells[o] = (uint8_t)(left ^ (centre | right));
      left = centre;
    }
  }
}

/* ---- Codes ---- */

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
  if (observer.call != 0) observer.call(observer.context, layer, pixel, codes, channels);
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
  observer.call = call;
  observer.context = context;
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

// The exported network's convolutions in C99, and the types of what model_weights.h holds: the first half of model.c.
#include "deploy/c_export/text.hpp"

namespace mog::c_export {

const char* const kConvolutions =
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
} listener;

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
)c";

}  // namespace mog::c_export

// The pointwise convolution of codes of one bit, written once for every instruction set.
#pragma once

#include <array>

#include "core/kernels/generic_integers.hpp"
#include "core/kernels/pointwise_u1/blocks.hpp"

namespace mog::kernels {

/// The operations that counting needs beside Integers: a vector has kBytes bytes, each for one output, and in each byte
/// the weights' bits of kInputs channels.
///   gather(x, n, to)   the first n of kBytes codes, zeros for the others: a number for each kInputs of them
///   spread(number)     what mismatches() takes, the same for all outputs
///   mismatches(s, w)   byte l: how many of the codes differ from their bits in byte l of w
///   add                byte by byte
///   half<h>(bytes)     the lower (0) and higher (1) bytes, as output_of_byte says, as 16-bit numbers
///   load_first, store_first  the first n numbers of such a half
template <class Arch>
struct OneBit;

#if defined(__AVX2__)

/// Four codes and four weights' bits have 16 times 16 cases: a row for each value of the codes, in which the weights'
/// bits are the index of a byte shuffle. One shuffle and one addition do the work of four products for each output.
/// gather() gives the row's place.
template <class Arch>
struct MismatchRows {
  static constexpr Index kInputs = 4;

  static const __m128i* row(std::uint32_t place) { return reinterpret_cast<const __m128i*>(kRows.data() + place); }

 private:
  alignas(64) static constexpr auto kRows = [] {
    std::array<std::uint8_t, 256> rows{};
    for (unsigned i = 0; i < 256; ++i) {
      for (unsigned differing = i / 16 ^ i % 16; differing != 0; differing &= differing - 1) ++rows[i];
    }
    return rows;
  }();
};

#endif
#if defined(__AVX512BW__)

template <>
struct OneBit<xsimd::avx512bw> : MismatchRows<xsimd::avx512bw> {
  static constexpr Index kBytes = 64;

  static void gather(const std::uint8_t* x, Index n, std::uint32_t* to) {
    const __m512i codes = n >= 64 ? _mm512_loadu_si512(x) : load_first(x, n);
    const __m512i pairs = _mm512_maddubs_epi16(codes, _mm512_set1_epi32(0x08040201));
    _mm512_storeu_si512(to, _mm512_madd_epi16(pairs, _mm512_set1_epi16(16)));
  }
  static __m512i spread(std::uint32_t place) { return _mm512_broadcast_i32x4(_mm_load_si128(row(place))); }
  static __m512i mismatches(__m512i row, __m512i bits) { return _mm512_shuffle_epi8(row, bits); }
  static __m512i add(__m512i a, __m512i b) { return held(_mm512_add_epi8(a, b)); }
  template <int kHalf>
  static __m512i half(__m512i bytes) {
    const __m512i zero = _mm512_setzero_si512();
    return kHalf == 0 ? _mm512_unpacklo_epi8(bytes, zero) : _mm512_unpackhi_epi8(bytes, zero);
  }
  // Not inlined into every tile: a sanitizer would check each of these bytes.
  [[gnu::noinline]] static __m512i load_first(const std::uint8_t* x, Index n) {
    return _mm512_maskz_loadu_epi8((1ULL << n) - 1, x);
  }
  [[gnu::noinline]] static void store_first(std::int16_t* y, __m512i words, Index n) {
    _mm512_mask_storeu_epi16(y, (1U << n) - 1, words);
  }
  [[gnu::noinline]] static __m512i load_first(const std::int16_t* y, Index n) {
    return _mm512_maskz_loadu_epi16((1U << n) - 1, y);
  }
};

#elif defined(__AVX2__)

template <>
struct OneBit<xsimd::fma3<xsimd::avx2>> : MismatchRows<xsimd::fma3<xsimd::avx2>> {
  static constexpr Index kBytes = 32;

  static void gather(const std::uint8_t* x, Index n, std::uint32_t* to) {
    std::uint8_t part[kBytes] = {};
    if (n < kBytes) store_part(part, x, n);
    const __m256i codes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(n < kBytes ? part : x));
    const __m256i pairs = _mm256_maddubs_epi16(codes, _mm256_set1_epi32(0x08040201));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_madd_epi16(pairs, _mm256_set1_epi16(16)));
  }
  static __m256i spread(std::uint32_t place) { return _mm256_broadcastsi128_si256(_mm_load_si128(row(place))); }
  static __m256i mismatches(__m256i row, __m256i bits) { return _mm256_shuffle_epi8(row, bits); }
  static __m256i add(__m256i a, __m256i b) { return held(_mm256_add_epi8(a, b)); }
  template <int kHalf>
  static __m256i half(__m256i bytes) {
    const __m256i zero = _mm256_setzero_si256();
    return kHalf == 0 ? _mm256_unpacklo_epi8(bytes, zero) : _mm256_unpackhi_epi8(bytes, zero);
  }
  static __m256i load_first(const std::int16_t* y, Index n) {
    return Integers<xsimd::fma3<xsimd::avx2>>::load_words(y, n);
  }
  static void store_first(std::int16_t* y, __m256i words, Index n) {
    std::int16_t part[kBytes / 2];
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(part), words);
    store_part(y, part, n);
  }
};

#elif defined(__aarch64__)

/// NEON has an instruction that counts bits: eight codes are a byte, and an exclusive or tells which differ.
template <>
struct OneBit<xsimd::neon64> {
  static constexpr Index kBytes = 16;
  static constexpr Index kInputs = 8;

  /// A multiplication moves the lowest bits of eight bytes side by side, to the highest of 64.
  static void gather(const std::uint8_t* x, Index n, std::uint32_t* to) {
    constexpr std::uint64_t kSideBySide = 0x0102040810204080;
    std::uint8_t part[kBytes] = {};
    if (n < kBytes) store_part(part, x, n);
    std::uint64_t eight[2];
    __builtin_memcpy(eight, n < kBytes ? part : x, sizeof(eight));
    for (int i = 0; i < 2; ++i) to[i] = static_cast<std::uint32_t>(eight[i] * kSideBySide >> 56);
  }
  static int32x4_t spread(std::uint32_t codes) {
    return vreinterpretq_s32_u8(vdupq_n_u8(static_cast<std::uint8_t>(codes)));
  }
  static int32x4_t mismatches(int32x4_t codes, int32x4_t bits) {
    return vreinterpretq_s32_u8(vcntq_u8(vreinterpretq_u8_s32(veorq_s32(codes, bits))));
  }
  static int32x4_t add(int32x4_t a, int32x4_t b) {
    return vreinterpretq_s32_u8(vaddq_u8(vreinterpretq_u8_s32(a), vreinterpretq_u8_s32(b)));
  }
  template <int kHalf>
  static int16x8_t half(int32x4_t counts) {
    const uint8x16_t bytes = vreinterpretq_u8_s32(counts);
    return vreinterpretq_s16_u16(kHalf == 0 ? vmovl_u8(vget_low_u8(bytes)) : vmovl_high_u8(bytes));
  }
  static int16x8_t load_first(const std::int16_t* y, Index n) { return Integers<xsimd::neon64>::load_words(y, n); }
  static void store_first(std::int16_t* y, int16x8_t words, Index n) {
    std::int16_t part[kBytes / 2];
    vst1q_s16(part, words);
    store_part(y, part, n);
  }
};

#endif

/// A tile of P pixels by V vectors of outputs, eight in all, keeps its counts in registers, a byte each, for as many
/// channels as a byte counts without overflow. Then they are subtracted: the first time from the number of the output's
/// weights that are +1, later from what y holds.
template <class Arch>
struct PointwiseU1Loops {
  static constexpr PointwiseU1Kernel kernel(Isa isa) { return {isa, packed_size, pack, run}; }

 private:
  using I = Integers<Arch>;
  using B = OneBit<Arch>;
  using Int = typename I::Int;
  static constexpr Index kBytes = B::kBytes, kInputs = B::kInputs;
  static constexpr Index kChannels = 128, kSteps = kChannels / kInputs;
  static constexpr int kCounts = 8, kVectors = 2;

  static Index packed_size(const PointwiseU1Shape& shape) { return packed_bits_size(shape, kBytes, kInputs); }
  static void pack(const PointwiseU1Weights& weights, std::byte* packed) {
    pack_bits(weights, kBytes, kInputs, packed);
  }

  /// Some vectors of outputs of one call.
  struct Work {
    PointwiseU1 args;
    OneBitBlock block;
    const std::byte* packed;
    Index first, used;  // outputs
  };

  /// The codes of `channels` channels from x on.
  [[gnu::always_inline]] static void gather(const std::uint8_t* x, Index channels, std::uint32_t* codes) {
#pragma GCC unroll 8
    for (Index c = 0; c < channels; c += kBytes) B::gather(x + c, channels - c, codes + c / kInputs);
  }

  /// Counts of `steps` steps. The weights' bits begin at `w`, those of each further vector one block later.
  template <int P, int V>
  [[gnu::always_inline]] static void count(const std::uint32_t (&codes)[P][kSteps], Index steps, const std::byte* w,
                                           Index block, Int (&counts)[P][V]) {
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < V; ++v) counts[p][v] = I::zero();
    }
    for (Index step = 0; step < steps; ++step) {
      Int bits[V];
      for (int v = 0; v < V; ++v) bits[v] = I::load(w + v * block + step * kBytes);
      for (int p = 0; p < P; ++p) {
        const Int spread = B::spread(codes[p][step]);
        for (int v = 0; v < V; ++v) counts[p][v] = B::add(counts[p][v], B::mismatches(spread, bits[v]));
      }
    }
  }

  /// y = from - counts, the first n of them, or all.
  template <int kHalf, bool kWhole>
  [[gnu::always_inline]] static void subtract(const std::int16_t* from, Int counts, std::int16_t* y, Index n) {
    constexpr Index kWords = kBytes / 2, kFirst = kHalf * kWords;
    const auto words = B::template half<kHalf>(counts);
    if (kWhole || n >= kFirst + kWords) {
      I::store_words(y + kFirst, I::sub_words(I::load_all_words(from + kFirst), words));
    } else if (n > kFirst) {
      B::store_first(y + kFirst, I::sub_words(B::load_first(from + kFirst, n - kFirst), words), n - kFirst);
    }
  }

  /// Subtracts what `channels` channels from c on count, for P pixels.
  template <int P, int V, bool kWhole>
  [[gnu::always_inline]] static void add(const Work& work, const std::uint8_t* x, Index c, Index channels,
                                         std::int16_t* const (&y)[P]) {
    alignas(64) std::uint32_t codes[P][kSteps];
    for (int p = 0; p < P; ++p) gather(x + p * work.args.x_pixel + c, channels, codes[p]);
    Int counts[P][V];
    const std::byte* const bits = work.packed + work.block.bits + c / kInputs * kBytes;
    count<P, V>(codes, (channels + kInputs - 1) / kInputs, bits, work.block.bytes, counts);
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p) {
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) {
        const std::byte* const positives = work.packed + v * work.block.bytes + work.block.positives;
        std::int16_t* const to = y[p] + v * kBytes;
        const std::int16_t* const from = c == 0 ? reinterpret_cast<const std::int16_t*>(positives) : to;
        subtract<0, kWhole>(from, counts[p][v], to, work.used - v * kBytes);
        subtract<1, kWhole>(from, counts[p][v], to, work.used - v * kBytes);
      }
    }
  }

  template <int P, int V, bool kWhole>
  [[gnu::always_inline]] static void tile(const Work& work, Index pixel, PixelPlace& place) {
    std::int16_t* y[P];
    for (int p = 0; p < P; ++p, place.next()) y[p] = work.args.y + work.first + place.offset;
    const std::uint8_t* const x = work.args.x + pixel * work.args.x_pixel;
    const Index in = work.args.shape.in;
    Index c = 0;
    for (; c + kChannels <= in; c += kChannels) add<P, V, kWhole>(work, x, c, kChannels, y);
    if (c < in) add<P, V, kWhole>(work, x, c, in - c, y);
  }

  /// Tiles of P pixels as long as they fit, then single pixels.
  template <int V, bool kWhole>
  [[gnu::noinline]] static void vectors_of(const Work& given) {
    const Work work = given;
    PixelPlace place{work.args.y_layout};
    constexpr int P = kCounts / V;
    Index pixel = 0;
    for (; pixel + P <= work.args.pixels; pixel += P) tile<P, V, kWhole>(work, pixel, place);
    for (; pixel < work.args.pixels; ++pixel) tile<1, V, kWhole>(work, pixel, place);
  }

  static void run(const PointwiseU1& args) {
    const OneBitBlock block(args.shape, kBytes, kInputs);
    const std::byte* packed = args.packed;
    for (Index first = 0; first < args.shape.out;) {
      const Index rest = args.shape.out - first, vectors = rest > kBytes ? kVectors : 1;
      const bool whole = rest >= vectors * kBytes;
      const auto several = whole ? vectors_of<kVectors, true> : vectors_of<kVectors, false>;
      const auto one = whole ? vectors_of<1, true> : vectors_of<1, false>;
      (vectors > 1 ? several : one)({args, block, packed, first, rest});
      first += vectors * kBytes;
      packed += vectors * block.bytes;
    }
  }
};

}  // namespace mog::kernels

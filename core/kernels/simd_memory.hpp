// Vectors from memory and back: some of the lanes, floats from small integers, streaming stores; and loops over them.
#pragma once

#include "core/kernels/simd.hpp"

namespace mog::kernels {

/// The first n numbers at p, 0 <= n <= lanes, and 0 in the other lanes; nothing after them is read.
template <class Arch>
Floats<Arch> load_first(const float* p, Index n) {
#if defined(__AVX512F__)
  return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1U << n) - 1), p);
#elif defined(__AVX2__)
  const __m256i numbers = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_maskload_ps(p, _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), numbers));
#else
  float lanes[kLanes<Arch>] = {};
  for (Index i = 0; i < n; ++i) lanes[i] = p[i];
  return Floats<Arch>::load_unaligned(lanes);
#endif
}

/// Writes the first n lanes, 0 <= n <= lanes, and nothing after them.
template <class Arch>
void store_first(float* p, Floats<Arch> x, Index n) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1U << n) - 1), x);
#elif defined(__AVX2__)
  const __m256i numbers = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  _mm256_maskstore_ps(p, _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), numbers), x);
#else
  float lanes[kLanes<Arch>];
  x.store_unaligned(lanes);
  for (Index i = 0; i < n; ++i) p[i] = lanes[i];
#endif
}

/// A streaming store, where the instruction set has one: for maps too large to be still in a cache when they are read.
/// p is a multiple of a vector's size. Before another thread reads, finish_streams().
template <class Arch>
void stream(float* p, Floats<Arch> x) {
#if defined(__AVX512F__)
  _mm512_stream_ps(p, x);
#elif defined(__AVX2__)
  _mm256_stream_ps(p, x);
#else
  x.store_aligned(p);
#endif
}
template <class Arch>
bool can_stream(const float* p) {
  return reinterpret_cast<std::uintptr_t>(p) % sizeof(Floats<Arch>) == 0;
}
template <class Arch>
void finish_streams() {
#if defined(__AVX2__)
  _mm_sfence();
#endif
}

/// The first n lanes, integers 0..255, as bytes, and the way back; 0 <= n <= lanes.
template <class Arch>
void store_first_bytes(std::uint8_t* p, Floats<Arch> x, Index n) {
#if defined(__AVX512F__)
  const __m512i numbers = _mm512_cvtps_epi32(x);
  if (n == kLanes<Arch>) {  // a masked store of bytes takes several times as long
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(numbers));
  } else {
    _mm512_mask_cvtepi32_storeu_epi8(p, static_cast<__mmask16>((1U << n) - 1), numbers);
  }
#else
  float lanes[kLanes<Arch>];
#if defined(__AVX2__)
  if (n == kLanes<Arch>) {
    const __m256i numbers = _mm256_cvtps_epi32(x);
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(numbers), _mm256_extracti128_si256(numbers, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packus_epi16(words, words));
    return;
  }
#endif
  x.store_unaligned(lanes);
  for (Index i = 0; i < n; ++i) p[i] = static_cast<std::uint8_t>(lanes[i]);
#endif
}
template <class Arch>
Floats<Arch> load_first_bytes(const std::uint8_t* p, Index n) {
#if defined(__AVX512F__)
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(static_cast<__mmask16>((1U << n) - 1), p)));
#else
#if defined(__AVX2__)
  if (n == kLanes<Arch>) {
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
  }
#endif
  float lanes[kLanes<Arch>] = {};
  for (Index i = 0; i < n; ++i) lanes[i] = p[i];
  return Floats<Arch>::load_unaligned(lanes);
#endif
}

/// The first n lanes, whole numbers of 32 bits, as numbers of 16, saturated, and the way back; 0 <= n <= lanes.
template <class Arch>
void store_first_shorts(std::int16_t* p, Floats<Arch> x, Index n) {
#if defined(__AVX512F__)
  const __m256i shorts = _mm512_cvtsepi32_epi16(_mm512_cvtps_epi32(x));
  if (n == kLanes<Arch>) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), shorts);
  } else {
    _mm256_mask_storeu_epi16(p, static_cast<__mmask16>((1U << n) - 1), shorts);
  }
#else
#if defined(__AVX2__)
  if (n == kLanes<Arch>) {
    const __m256i numbers = _mm256_cvtps_epi32(x);
    const __m128i shorts = _mm_packs_epi32(_mm256_castsi256_si128(numbers), _mm256_extracti128_si256(numbers, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), shorts);
    return;
  }
#endif
  float lanes[kLanes<Arch>];
  x.store_unaligned(lanes);
  for (Index i = 0; i < n; ++i) {
    const float number = lanes[i] < -32768.0F ? -32768.0F : lanes[i] > 32767.0F ? 32767.0F : lanes[i];
    p[i] = static_cast<std::int16_t>(number);
  }
#endif
}
template <class Arch>
Floats<Arch> load_first_shorts(const std::int16_t* p, Index n) {
#if defined(__AVX512F__)
  const __m256i shorts = n == kLanes<Arch> ? _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))
                                           : _mm256_maskz_loadu_epi16(static_cast<__mmask16>((1U << n) - 1), p);
  return _mm512_cvtepi32_ps(_mm512_cvtepi16_epi32(shorts));
#else
#if defined(__AVX2__)
  if (n == kLanes<Arch>) {
    return _mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
  }
#elif defined(__aarch64__)
  if (n == kLanes<Arch>) return vcvtq_f32_s32(vmovl_s16(vld1_s16(p)));
#endif
  float lanes[kLanes<Arch>] = {};
  for (Index i = 0; i < n; ++i) lanes[i] = p[i];
  return Floats<Arch>::load_unaligned(lanes);
#endif
}

/// Several vectors of consecutive numbers, all of their lanes in use; used(v) is the number of lanes
/// that vector v uses.
template <class Arch, int kVectors>
struct Whole {
  static constexpr int vectors = kVectors;
  static constexpr Index count = kVectors * kLanes<Arch>;

  [[nodiscard]] static constexpr Index used(int) { return kLanes<Arch>; }
  [[nodiscard]] Floats<Arch> load(const float* p, int v) const {
    return Floats<Arch>::load_unaligned(p + v * kLanes<Arch>);
  }
  [[nodiscard]] Floats<Arch> load(const std::int16_t* p, int v) const {
    return load_first_shorts<Arch>(p + v * kLanes<Arch>, kLanes<Arch>);
  }
  void store(float* p, int v, Floats<Arch> x) const { x.store_unaligned(p + v * kLanes<Arch>); }
  /// Numbers 0..255, in bytes.
  void store(std::uint8_t* p, int v, Floats<Arch> x) const {
    store_first_bytes<Arch>(p + v * kLanes<Arch>, x, kLanes<Arch>);
  }
  /// Whole numbers of 16 bits.
  void store(std::int16_t* p, int v, Floats<Arch> x) const {
    store_first_shorts<Arch>(p + v * kLanes<Arch>, x, kLanes<Arch>);
  }
};

/// The same with only the first `count` numbers in use, 0 < count <= all of them: nothing after them
/// is read or written.
template <class Arch, int kVectors>
struct Part {
  static constexpr int vectors = kVectors;
  Index count;

  [[nodiscard]] Index used(int v) const {
    const Index rest = count - v * kLanes<Arch>;
    return rest < 0 ? 0 : (rest < kLanes<Arch> ? rest : kLanes<Arch>);
  }
  [[nodiscard]] Floats<Arch> load(const float* p, int v) const {
    return used(v) == 0 ? Floats<Arch>(0.0F) : load_first<Arch>(p + v * kLanes<Arch>, used(v));
  }
  [[nodiscard]] Floats<Arch> load(const std::int16_t* p, int v) const {
    return used(v) == 0 ? Floats<Arch>(0.0F) : load_first_shorts<Arch>(p + v * kLanes<Arch>, used(v));
  }
  void store(float* p, int v, Floats<Arch> x) const {
    if (used(v) > 0) store_first<Arch>(p + v * kLanes<Arch>, x, used(v));
  }
  void store(std::uint8_t* p, int v, Floats<Arch> x) const {
    if (used(v) > 0) store_first_bytes<Arch>(p + v * kLanes<Arch>, x, used(v));
  }
  void store(std::int16_t* p, int v, Floats<Arch> x) const {
    if (used(v) > 0) store_first_shorts<Arch>(p + v * kLanes<Arch>, x, used(v));
  }
};

/// Calls work(i, block) for all of [0, count) in blocks of four vectors, the last one a Part. Every block but the last
/// is a whole number of bytes of a bit mask.
template <class Arch, class Work>
void for_elements(Index count, const Work& work) {
  constexpr Index kStep = 4 * kLanes<Arch>;
  Index i = 0;
  for (; i + kStep <= count; i += kStep) work(i, Whole<Arch, 4>{});
  if (i < count) work(i, Part<Arch, 4>{count - i});
}

/// The same for the channels of a row: blocks of four vectors, of two, of one where that is whole bytes of a bit mask,
/// and a Part of two. Each begins at a whole byte of a mask.
template <class Arch, class Work>
void for_channels(Index channels, const Work& work) {
  constexpr Index kStep = 2 * kLanes<Arch>;
  Index c = 0;
  for (; c + 2 * kStep <= channels; c += 2 * kStep) work(c, Whole<Arch, 4>{});
  if (c + kStep <= channels) {
    work(c, Whole<Arch, 2>{});
    c += kStep;
  }
  if constexpr (kLanes<Arch> % 8 == 0) {
    if (c + kLanes<Arch> <= channels) {
      work(c, Whole<Arch, 1>{});
      c += kLanes<Arch>;
    }
  }
  if (c < channels) work(c, Part<Arch, 2>{channels - c});
}

}  // namespace mog::kernels

//go:build cgo

#include "kernels.h"
#include <string.h>

// Vectors of 8; the compiler splits them where the machine's are shorter.
typedef int32_t word8 __attribute__((vector_size(32)));
typedef int16_t half8 __attribute__((vector_size(16)));
typedef uint8_t byte8 __attribute__((vector_size(8)));

#if defined(__clang__) || __GNUC__ >= 12
#define PICK(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define PICK(a, b, ...) __builtin_shuffle(a, b, (word8){__VA_ARGS__})
#endif
#define INLINE static inline __attribute__((always_inline))

INLINE word8 words(const int32_t *p) { word8 v; memcpy(&v, p, sizeof v); return v; }
INLINE word8 halves(const int16_t *p) { half8 v; memcpy(&v, p, sizeof v); return __builtin_convertvector(v, word8); }
INLINE word8 octets(const uint8_t *p) { byte8 v; memcpy(&v, p, sizeof v); return __builtin_convertvector(v, word8); }

// put stores 8 values as bytes, those out of range at its ends.
INLINE void put(uint8_t *p, word8 v) {
	v &= ~(v >> 31);
	v |= (255 - v) >> 31;
	byte8 b = __builtin_convertvector(v, byte8);
	memcpy(p, &b, sizeof b);
}

INLINE void blend(const uint8_t *src, long stride, int w, const int32_t *weights, int taps, int16_t *row) {
	int x = 0;
	for (; x + 8 <= w; x += 8) {
		word8 sum = {128, 128, 128, 128, 128, 128, 128, 128};
		for (int k = 0; k < taps; k++)
			sum += octets(src + k * stride + x) * weights[k];
		half8 v = __builtin_convertvector(sum >> 8, half8);
		memcpy(row + x, &v, sizeof v);
	}
	for (; x < w; x++) {
		int32_t sum = 128;
		for (int k = 0; k < taps; k++)
			sum += src[k * stride + x] * weights[k];
		row[x] = sum >> 8;
	}
}

// pairs adds neighbours, within each half.
INLINE word8 pairs(word8 a, word8 b) {
	return PICK(a, b, 0, 2, 8, 10, 4, 6, 12, 14) + PICK(a, b, 1, 3, 9, 11, 5, 7, 13, 15);
}

INLINE void across(const int16_t *row, const int32_t *first, const int32_t *weights, int taps, uint8_t *dst, int n) {
	int i = 0;
	for (; i + 8 <= n; i += 8) {
		word8 s[8];
		for (int j = 0; j < 8; j++, weights += taps) {
			const int16_t *from = row + first[i + j];
			s[j] = halves(from) * words(weights);
			for (int k = 8; k < taps; k += 8)
				s[j] += halves(from + k) * words(weights + k);
		}
		word8 low = pairs(pairs(s[0], s[1]), pairs(s[2], s[3])), high = pairs(pairs(s[4], s[5]), pairs(s[6], s[7]));
		word8 sum = PICK(low, high, 0, 1, 2, 3, 8, 9, 10, 11) + PICK(low, high, 4, 5, 6, 7, 12, 13, 14, 15);
		put(dst + i, (sum + (1 << 19)) >> 20);
	}
	for (; i < n; i++, weights += taps) {
		int32_t sum = 1 << 19;
		for (int k = 0; k < taps; k++)
			sum += row[first[i] + k] * weights[k];
		sum >>= 20;
		dst[i] = sum < 0 ? 0 : sum > 255 ? 255 : sum;
	}
}

INLINE void resize(const uint8_t *src, long stride, int w, int outW, int outH, const int32_t *down, const int32_t *downWeights, int downTaps,
	const int32_t *first, const int32_t *weights, int taps, int16_t *row, uint8_t *dst) {
	for (int y = 0; y < outH; y++) {
		blend(src + down[y] * stride, stride, w, downWeights + (long)y * downTaps, downTaps, row);
		across(row, first, weights, taps, dst + (long)y * outW, outW);
	}
}

INLINE void colour(const uint8_t *y, const uint8_t *cb, const uint8_t *cr, uint8_t *rgb, long n) {
	for (long i = 0; i < n; i += 8) {
		uint8_t in[3][8] = {{0}}, out[3][8];
		int m = n - i < 8 ? n - i : 8;
		memcpy(in[0], y + i, m), memcpy(in[1], cb + i, m), memcpy(in[2], cr + i, m);
		word8 l = octets(in[0]) * 0x10101, b = octets(in[1]) - 128, r = octets(in[2]) - 128;
		put(out[0], (l + 91881 * r) >> 16);
		put(out[1], (l - 22554 * b - 46802 * r) >> 16);
		put(out[2], (l + 116130 * b) >> 16);
		for (int j = 0; j < m; j++, rgb += 3)
			rgb[0] = out[0][j], rgb[1] = out[1][j], rgb[2] = out[2][j];
	}
}

// Each loop is compiled for what every machine has, and on x86 for AVX2 as well.
#if defined(__x86_64__)
#define TWICE(name, params, args)                                                 \
	__attribute__((target("avx2"))) static void name##_avx2 params { name args; } \
	void coadapt_##name params {                                                  \
		if (__builtin_cpu_supports("avx2"))                                       \
			name##_avx2 args;                                                     \
		else                                                                      \
			name args;                                                            \
	}
#else
#define TWICE(name, params, args) \
	void coadapt_##name params { name args; }
#endif

TWICE(resize,
	(const uint8_t *src, long stride, int w, int outW, int outH, const int32_t *down, const int32_t *downWeights, int downTaps,
		const int32_t *first, const int32_t *weights, int taps, int16_t *row, uint8_t *dst),
	(src, stride, w, outW, outH, down, downWeights, downTaps, first, weights, taps, row, dst))
TWICE(colour, (const uint8_t *y, const uint8_t *cb, const uint8_t *cr, uint8_t *rgb, long n), (y, cb, cr, rgb, n))

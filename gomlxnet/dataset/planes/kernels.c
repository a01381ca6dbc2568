//go:build cgo && (amd64 || arm64)

#include "kernels.h"
#include <string.h>
#if defined(__SSE2__) // all of amd64
#include <emmintrin.h>
#endif

typedef int32_t word4 __attribute__((vector_size(16)));
typedef int16_t half8 __attribute__((vector_size(16)));
typedef uint64_t long2 __attribute__((vector_size(16)));
typedef uint8_t byte16 __attribute__((vector_size(16)));

#if defined(__clang__) || __GNUC__ >= 12
#define PICK(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define PICK(a, b, ...) __builtin_shuffle(a, b, (__typeof__(a)){__VA_ARGS__})
#endif
#define INLINE static inline __attribute__((always_inline))

INLINE half8 halves(const int16_t *p) { half8 v; memcpy(&v, p, sizeof v); return v; }
INLINE byte16 octets(const uint8_t *p) { uint64_t v; memcpy(&v, p, sizeof v); return (byte16)(long2){v, 0}; }

// zip takes bytes 0 to 7 of a and b in turn.
INLINE byte16 zip(byte16 a, byte16 b) { return PICK(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23); }

// low and high widen bytes 0 to 7 and 8 to 15; both machines are little-endian.
INLINE half8 low(byte16 v) { byte16 zero = {0}; return (half8)zip(v, zero); }
INLINE half8 high(byte16 v) { return low(PICK(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)); }

// put stores 8 values, each within 16 bits, as bytes, those out of range at its ends.
INLINE void put(uint8_t *p, word4 a, word4 b) {
#if defined(__SSE2__)
	__m128i v = _mm_packs_epi32((__m128i)a, (__m128i)b);
	_mm_storel_epi64((__m128i *)p, _mm_packus_epi16(v, v));
#else
	word4 v[2] = {a, b};
	for (int i = 0; i < 8; i++) {
		int32_t x = v[i / 4][i % 4];
		p[i] = x < 0 ? 0 : x > 255 ? 255 : x;
	}
#endif
}

// dot multiplies and adds neighbours.
INLINE word4 dot(half8 a, half8 b) {
#if defined(__SSE2__)
	return (word4)_mm_madd_epi16((__m128i)a, (__m128i)b);
#else
	word4 sum;
	for (int i = 0; i < 4; i++)
		sum[i] = a[2 * i] * b[2 * i] + a[2 * i + 1] * b[2 * i + 1];
	return sum;
#endif
}

// narrow keeps the low half of 8 values.
INLINE half8 narrow(word4 a, word4 b) {
	return PICK((half8)a, (half8)b, 0, 2, 4, 6, 8, 10, 12, 14);
}

// pairs adds neighbours.
INLINE word4 pairs(word4 a, word4 b) {
	return PICK(a, b, 0, 2, 4, 6) + PICK(a, b, 1, 3, 5, 7);
}

INLINE void blend(const uint8_t *src, long stride, int w, const int16_t *weights, int taps, int16_t *row) {
	int x = 0;
	for (; x + 8 <= w; x += 8) {
		word4 a = {128, 128, 128, 128}, b = a;
		for (int k = 0; k < taps; k += 2) {
			int two = k + 1 < taps; // the last of an odd number is paired with itself at weight 0
			const uint8_t *from = src + k * stride + x;
			byte16 rows = zip(octets(from), octets(from + two * stride));
			int16_t u = weights[k], v = two ? weights[k + 1] : 0;
			half8 pair = {u, v, u, v, u, v, u, v};
			a += dot(low(rows), pair);
			b += dot(high(rows), pair);
		}
		half8 out = narrow(a >> 8, b >> 8);
		memcpy(row + x, &out, sizeof out);
	}
	for (; x < w; x++) {
		int32_t sum = 128;
		for (int k = 0; k < taps; k++)
			sum += src[k * stride + x] * weights[k];
		row[x] = sum >> 8;
	}
}

INLINE void across(const int16_t *row, const int32_t *first, const int16_t *weights, int taps, uint8_t *dst, int n) {
	int i = 0;
	for (; i + 8 <= n; i += 8) {
		word4 s[8], sum[2];
		for (int j = 0; j < 8; j++, weights += taps) {
			const int16_t *from = row + first[i + j];
			s[j] = dot(halves(from), halves(weights));
			for (int k = 8; k < taps; k += 8)
				s[j] += dot(halves(from + k), halves(weights + k));
		}
		for (int j = 0; j < 2; j++)
			sum[j] = (pairs(pairs(s[4 * j], s[4 * j + 1]), pairs(s[4 * j + 2], s[4 * j + 3])) + (1 << 19)) >> 20;
		put(dst + i, sum[0], sum[1]);
	}
	for (; i < n; i++, weights += taps) {
		int32_t sum = 1 << 19;
		for (int k = 0; k < taps; k++)
			sum += row[first[i] + k] * weights[k];
		sum >>= 20;
		dst[i] = sum < 0 ? 0 : sum > 255 ? 255 : sum;
	}
}

INLINE void resize(const uint8_t *src, long stride, int w, int outW, int outH, const int32_t *down, const int16_t *downWeights, int downTaps,
	const int32_t *first, const int16_t *weights, int taps, int16_t *row, uint8_t *dst) {
	for (int y = 0; y < outH; y++) {
		blend(src + down[y] * stride, stride, w, downWeights + (long)y * downTaps, downTaps, row);
		across(row, first, weights, taps, dst + (long)y * outW, outW);
	}
}

INLINE word4 widen(half8 v, int high) {
	half8 sign = v >> 15;
	return high ? (word4)PICK(v, sign, 4, 12, 5, 13, 6, 14, 7, 15) : (word4)PICK(v, sign, 0, 8, 1, 9, 2, 10, 3, 11);
}

// paint colours 8 pixels into 24 bytes.
INLINE void paint(const uint8_t *y, const uint8_t *cb, const uint8_t *cr, uint8_t *rgb) {
	half8 ly = low(octets(y)), lb = low(octets(cb)) - 128, lr = low(octets(cr)) - 128;
	word4 out[3][2];
	for (int i = 0; i < 2; i++) {
		word4 l = widen(ly, i) * 0x10101, b = widen(lb, i), r = widen(lr, i);
		out[0][i] = (l + 91881 * r) >> 16;
		out[1][i] = (l - 22554 * b - 46802 * r) >> 16;
		out[2][i] = (l + 116130 * b) >> 16;
	}
	uint8_t r[8], g[8], b[8];
	put(r, out[0][0], out[0][1]), put(g, out[1][0], out[1][1]), put(b, out[2][0], out[2][1]);
	byte16 u = PICK(octets(r), octets(g), 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23), v = octets(b);
	byte16 head = PICK(u, v, 0, 8, 16, 1, 9, 17, 2, 10, 18, 3, 11, 19, 4, 12, 20, 5);
	byte16 tail = PICK(u, v, 13, 21, 6, 14, 22, 7, 15, 23, 0, 0, 0, 0, 0, 0, 0, 0);
	memcpy(rgb, &head, 16), memcpy(rgb + 16, &tail, 8);
}

INLINE void colour(const uint8_t *y, const uint8_t *cb, const uint8_t *cr, uint8_t *rgb, long n) {
	long i = 0;
	for (; i + 8 <= n; i += 8)
		paint(y + i, cb + i, cr + i, rgb + 3 * i);
	if (i < n) {
		uint8_t in[3][8] = {{0}}, out[24];
		memcpy(in[0], y + i, n - i), memcpy(in[1], cb + i, n - i), memcpy(in[2], cr + i, n - i);
		paint(in[0], in[1], in[2], out);
		memcpy(rgb + 3 * i, out, 3 * (n - i));
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
	(const uint8_t *src, long stride, int w, int outW, int outH, const int32_t *down, const int16_t *downWeights, int downTaps,
		const int32_t *first, const int16_t *weights, int taps, int16_t *row, uint8_t *dst),
	(src, stride, w, outW, outH, down, downWeights, downTaps, first, weights, taps, row, dst))
TWICE(colour, (const uint8_t *y, const uint8_t *cb, const uint8_t *cr, uint8_t *rgb, long n), (y, cb, cr, rgb, n))

// The loops of resize.go once more, for vector units: the bytes that their twins in Go give.

#include <stdint.h>

// A plane of w samples a row to outW x outH samples. Row y blends downTaps rows from down[y] on; sample o of it sums acrossTaps
// (a multiple of 8) samples from across[o] on. row has room for w + 8 values, the last 8 of them zero.
void coadapt_resize(const uint8_t *src, long stride, int w, int outW, int outH, const int32_t *down, const int16_t *downWeights, int downTaps,
	const int32_t *across, const int16_t *acrossWeights, int acrossTaps, int16_t *row, uint8_t *dst);

// n pixels, interleaved, from three planes.
void coadapt_colour(const uint8_t *y, const uint8_t *cb, const uint8_t *cr, uint8_t *rgb, long n);

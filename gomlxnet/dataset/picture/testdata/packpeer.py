"""Pictures to measure packing on, and what torchvision takes for them.

    python packpeer.py make TREE 128      a tree of 128 JPEGs, 500x375 or 375x500, quality 90, 4:2:0, 118 kB on average: fields
                                          with a 1/f spectrum, as photographs have, under grain
    python packpeer.py time TREE 256      CPU milliseconds a picture from bytes in memory to a uint8 tensor of 256 x 256, one thread

Wants numpy, Pillow, torch and torchvision. The Go side: COADAPT_BENCH_TREE=TREE go test -bench Decode ./gomlxnet/dataset/picture
"""

import io
import pathlib
import sys
import time


def make(tree, count):
    import numpy as np
    from PIL import Image

    rng = np.random.default_rng(7)

    def field(h, w):
        r = np.hypot(np.fft.fftfreq(h)[:, None], np.fft.rfftfreq(w)[None])
        r[0, 0] = 1
        f = np.fft.rfft2(rng.normal(size=(h, w))) / r
        f[0, 0] = 0
        x = np.fft.irfft2(f, (h, w))
        return x / x.std()

    for i in range(count):
        h, w = ((375, 500), (375, 500), (500, 375))[i % 3]
        luma = field(h, w) * 45 + rng.normal(size=(h, w)) * rng.uniform(0.5, 10)
        picture = np.stack([120 + luma + field(h, w) * 18 for _ in range(3)], -1)
        folder = pathlib.Path(tree, "train" if i < count * 7 // 8 else "val", f"n{i % 4:02d}")
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).save(folder / f"p{i:04d}.JPEG", quality=90, subsampling=2)


def measure(tree, size):
    import torch
    from PIL import Image
    from torchvision import transforms as T

    torch.set_num_threads(1)
    files = [p.read_bytes() for p in sorted(pathlib.Path(tree).glob("*/*/*"))]
    tensor = T.PILToTensor()
    for name in ("BILINEAR", "BICUBIC"):
        resize = T.Resize((size, size), interpolation=T.InterpolationMode[name])
        began = time.process_time()
        for data in files:
            tensor(resize(Image.open(io.BytesIO(data)).convert("RGB")))
        print(f"torchvision {name.lower()} {1e3 * (time.process_time() - began) / len(files):.2f} ms")


if __name__ == "__main__":
    {"make": make, "time": measure}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))

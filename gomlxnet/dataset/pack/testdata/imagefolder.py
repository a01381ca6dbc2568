"""What torchvision takes to bring a folder of pictures to one size, as `coadapt pack` does.

    python imagefolder.py TREE SIZE

Prints the seconds by the clock for TREE/train and TREE/test: ImageFolder lists them, two workers of a DataLoader decode
each picture with Pillow, resize it (bilinear, the default) and hand it over as uint8, in batches of 256. Wants torch and torchvision.
"""

import sys
import time

import torch
from torch.utils.data import DataLoader
from torchvision import datasets
from torchvision import transforms as T


def main(tree, size):
    began = time.perf_counter()
    pictures = 0
    for part in ("train", "test"):
        data = datasets.ImageFolder(f"{tree}/{part}", T.Compose([T.Resize((size, size)), T.PILToTensor()]))
        for images, _ in DataLoader(data, batch_size=256, num_workers=2):
            pictures += len(images)
    print(pictures, time.perf_counter() - began)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(sys.argv[1], int(sys.argv[2]))

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Six cameras look at one handwritten digit of 8x8 pixels: from aside, from too near, through noise, past obstacles."""

from dataclasses import dataclass

import numpy as np

SCALE = 16  # pixels are integers 0..16


@dataclass
class Camera:
    angle: float  # radians that the picture is turned
    width: float  # how wide the digit looks; seen from aside less than 1
    aim: tuple  # where the digit's middle lies in the picture: pixels right, pixels down
    obstacle: int  # side of the square that hides a part, pixels
    noise: float  # standard deviation, of full scale
    present: float  # how often the digit is in the picture at all


# Some see better than others, as in Figure 6 and 8 of the DDNN paper.
CAMERAS = (
    Camera(angle=-0.3, width=0.9, aim=(0, 0), obstacle=2, noise=0.06, present=0.80),
    Camera(angle=0.7, width=0.7, aim=(1, -1), obstacle=3, noise=0.15, present=0.60),
    Camera(angle=0.1, width=1.1, aim=(-1, 0), obstacle=2, noise=0.05, present=0.80),
    Camera(angle=0.1, width=1.1, aim=(1, 1), obstacle=2, noise=0.08, present=0.75),
    Camera(angle=-0.5, width=0.9, aim=(0, 0), obstacle=3, noise=0.10, present=0.75),
    Camera(angle=0.0, width=1.0, aim=(0, 0), obstacle=2, noise=0.04, present=0.85),
)


def sample_at(images, x, y):
    """Bilinear samples of images [N,8,8] at x, y [N,8,8], in pixels from the first one's middle; outside is 0."""
    count, height, width = images.shape
    padded = np.pad(images, ((0, 0), (1, 2), (1, 2)))
    x, y = np.clip(x, -1, width) + 1, np.clip(y, -1, height) + 1
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, down = x - left, y - top
    n = np.arange(count)[:, None, None]
    upper = padded[n, top, left] * (1 - right) + padded[n, top, left + 1] * right
    lower = padded[n, top + 1, left] * (1 - right) + padded[n, top + 1, left + 1] * right
    return upper * (1 - down) + lower * down


def look(images, camera, random):
    """What this camera sees of each image [N,8,8], as integers 0..16; nothing at all is not decided here."""
    count, size, _ = images.shape
    angle = (camera.angle + random.uniform(-0.15, 0.15, count))[:, None, None]
    zoom = random.uniform(0.9, 1.1, count)[:, None, None]
    aim = np.array(camera.aim)[:, None] + random.uniform(-0.5, 0.5, (2, count))
    middle = (size - 1) / 2
    row, column = np.mgrid[:size, :size].astype(float)
    right = (column - middle - aim[0][:, None, None]) / (zoom * camera.width)
    down = (row - middle - aim[1][:, None, None]) / zoom
    x = np.cos(angle) * right - np.sin(angle) * down + middle
    y = np.sin(angle) * right + np.cos(angle) * down + middle
    seen = sample_at(images.astype(float), x, y)
    corner = random.randint(0, size - camera.obstacle + 1, (2, count))[:, :, None, None]
    hidden = (row >= corner[0]) & (row < corner[0] + camera.obstacle)
    hidden &= (column >= corner[1]) & (column < corner[1] + camera.obstacle)
    seen = np.where(hidden, 0, seen) + random.normal(0, camera.noise * SCALE, seen.shape)
    return np.clip(np.rint(seen), 0, SCALE).astype(np.uint8)


def presence(odds, count, random):
    """Who sees something, [N,D]: each camera by its odds, [D] or [N,D], but one at least."""
    cameras = np.shape(odds)[-1]
    result = random.uniform(size=(count, cameras)) < np.array(odds)
    result[np.arange(count), random.randint(0, cameras, count)] |= ~result.any(axis=1)
    return result


def make_views(images, seed):
    """Views u8 [N,6,8,8] of images u8 [N,8,8]; a view without the digit is blank."""
    random = np.random.RandomState(seed)
    views = np.stack([look(images, camera, random) for camera in CAMERAS], axis=1)
    return views * presence([camera.present for camera in CAMERAS], len(images), random)[:, :, None, None]

package io.larder.tests.conformance.crash;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.SplittableRandom;

/** What may befall a file. */
final class Damage {
  private static final int TRIES = 10_000;

  private Damage() {}

  /** Leaves a part of what is in it, in front: zeros at its end are room and nothing else. */
  static void cut(Path file, SplittableRandom random) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int used = bytes.length;
    while (used > 1 && bytes[used - 1] == 0) {
      used--;
    }
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(random.nextLong(used));
    }
  }

  /** Flips bits of bytes that are not zero; where. */
  static long flip(Path file, int bitCount, SplittableRandom random) throws IOException {
    long last = -1;
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      int left = bitCount;
      for (int tries = 0; left > 0 && tries < TRIES * bitCount; tries++) {
        // Some files are full in front only: half of the tries are there.
        long length = open.length();
        long at = random.nextLong(random.nextBoolean() ? length : Math.min(length, 4096));
        open.seek(at);
        int was = open.read();
        if (was > 0) {
          open.seek(at);
          open.write(was ^ (1 << random.nextInt(8)));
          left--;
          last = at;
        }
      }
    }
    return last;
  }

  /** Flips bits anywhere. */
  static void flipAnywhere(Path file, int bitCount, SplittableRandom random) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      for (int i = 0; i < bitCount; i++) {
        long at = random.nextLong(open.length());
        open.seek(at);
        int was = open.read();
        open.seek(at);
        open.write(was ^ (1 << random.nextInt(8)));
      }
    }
  }

  static void zero(Path file) throws IOException {
    byte[] zeros = new byte[1 << 20];
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      for (long left = open.length(); left > 0; left -= zeros.length) {
        open.write(zeros, 0, (int) Math.min(left, zeros.length));
      }
    }
  }

  static void swap(Path one, Path other) throws IOException {
    Path aside = one.resolveSibling(one.getFileName() + ".aside");
    Files.move(one, aside, StandardCopyOption.REPLACE_EXISTING);
    Files.move(other, one);
    Files.move(aside, other);
  }
}

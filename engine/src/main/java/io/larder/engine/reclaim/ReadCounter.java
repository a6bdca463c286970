package io.larder.engine.reclaim;

/** Counts what background work reads from a device. */
@FunctionalInterface
public interface ReadCounter {

  /** So many bytes have been read. */
  void read(int deviceIndex, int bytes);
}

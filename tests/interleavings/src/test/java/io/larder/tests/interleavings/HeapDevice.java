package io.larder.tests.interleavings;

import io.larder.platform.device.Device;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A device of a few pages that refuses as many writes as it is told to. It has no lock of its own:
 * the orders of its calls are what is being tried.
 */
final class HeapDevice implements Device {
  private final byte[] bytes;
  private int refusals;

  HeapDevice(int sizeBytes, int refusals) {
    this.bytes = new byte[sizeBytes];
    this.refusals = refusals;
  }

  @Override
  public void write(ByteBuffer source, long offsetBytes) throws IOException {
    if (refusals > 0) {
      refusals--;
      throw new IOException("refused");
    }
    source.get(bytes, (int) offsetBytes, source.remaining());
  }

  @Override
  public void read(ByteBuffer target, long offsetBytes) {
    target.put(bytes, (int) offsetBytes, target.remaining());
  }

  byte at(int offsetBytes) {
    return bytes[offsetBytes];
  }

  @Override
  public String name() {
    return "heap";
  }

  @Override
  public long sizeBytes() {
    return bytes.length;
  }

  @Override
  public int blockSizeBytes() {
    return 512;
  }

  @Override
  public boolean isDirect() {
    return false;
  }

  @Override
  public void close() {}
}

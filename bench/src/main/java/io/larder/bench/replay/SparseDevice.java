package io.larder.bench.replay;

import io.larder.platform.device.Device;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A device in memory that keeps no zeros: a block of nothing else takes no room, and the values of
 * a played trace are zeros.
 *
 * <p><b>Threads.</b> Confined to one, like the whole play.
 */
final class SparseDevice implements Device {
  private static final int BLOCK_BYTES = 4096;
  private static final byte[] ZEROS = new byte[BLOCK_BYTES];

  private final byte[] @Nullable [] blocks;

  SparseDevice(long sizeBytes) {
    blocks = new byte[Math.toIntExact(sizeBytes / BLOCK_BYTES)][];
  }

  @Override
  public String name() {
    return "sparse memory";
  }

  @Override
  public long sizeBytes() {
    return (long) blocks.length * BLOCK_BYTES;
  }

  @Override
  public int blockSizeBytes() {
    return BLOCK_BYTES;
  }

  @Override
  public boolean isDirect() {
    return true;
  }

  @Override
  public void write(ByteBuffer source, long offsetBytes) {
    int at = Math.toIntExact(offsetBytes / BLOCK_BYTES);
    ByteBuffer zeros = ByteBuffer.wrap(ZEROS);
    for (; source.hasRemaining(); at++) {
      ByteBuffer block = source.slice(source.position(), BLOCK_BYTES);
      source.position(source.position() + BLOCK_BYTES);
      if (block.equals(zeros)) {
        blocks[at] = null;
        continue;
      }
      byte @Nullable [] kept = blocks[at];
      if (kept == null) {
        kept = new byte[BLOCK_BYTES];
        blocks[at] = kept;
      }
      block.get(kept);
    }
  }

  @Override
  public void read(ByteBuffer target, long offsetBytes) {
    for (int at = Math.toIntExact(offsetBytes / BLOCK_BYTES); target.hasRemaining(); at++) {
      byte @Nullable [] kept = blocks[at];
      target.put(kept == null ? ZEROS : kept);
    }
  }

  @Override
  public void close() {}
}

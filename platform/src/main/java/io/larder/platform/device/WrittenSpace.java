package io.larder.platform.device;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a file its room by writing zeros, which works everywhere and takes its time: as long as the
 * device takes to be written once. The log says how far it is.
 *
 * <p><b>Threads.</b> Any.
 */
public final class WrittenSpace implements FileSpace {
  /*
   * The JDK cannot tell a hole from zeros. A file that begins as ours does was grown here, by
   * writing at its end, so it has no holes and only its end has to be written. Of a file that is
   * zero nothing is known, and all of it is.
   */

  private static final Logger LOG = LoggerFactory.getLogger(WrittenSpace.class);
  private static final int CHUNK_BYTES = 4 << 20;
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(5);

  @Override
  public Closeable allocate(Path path, FileChannel channel, boolean isUnused, long sizeBytes)
      throws IOException {
    long position = isUnused ? 0 : channel.size();
    ByteBuffer zeros = ByteBuffer.allocateDirect(CHUNK_BYTES);
    long quietUntilNanos = System.nanoTime() + QUIET_NANOS;
    while (position < sizeBytes) {
      zeros.clear().limit((int) Math.min(CHUNK_BYTES, sizeBytes - position));
      while (zeros.hasRemaining()) {
        position += channel.write(zeros, position);
      }
      long now = System.nanoTime();
      if (now - quietUntilNanos > 0) {
        quietUntilNanos = now + QUIET_NANOS;
        LOG.info("{} is being given its room: {} of {} bytes", path, position, sizeBytes);
      }
    }
    return () -> {};
  }
}

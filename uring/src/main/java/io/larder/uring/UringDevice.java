package io.larder.uring;

import io.larder.platform.device.Device;
import io.larder.platform.device.DeviceException;
import io.larder.platform.device.DeviceSpec;
import io.larder.platform.device.FileDevice;
import io.larder.platform.device.FileSpace;
import io.larder.platform.memory.AlignedBuffer;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * A file or block device with a descriptor that a ring can read from.
 *
 * <p><b>Life.</b> A {@link FileDevice} checks, locks and sizes the file and stays open below.
 * {@link #close} comes after the read queues that use the device are closed and empty.
 *
 * <p><b>Threads.</b> Any thread. Interrupts do no harm here.
 */
final class UringDevice implements Device {
  /*
   * The JDK's direct channels insist on the file system's block, usually 4096 bytes. A descriptor
   * of our own goes down to the device's block, usually 512, which saves nearly half of the bytes
   * when a record of a little over 4 KiB is read. All I/O must agree on one block, so background
   * reads and writes use the descriptor too.
   */

  private static final int CLOSED = -1;
  private static final int DEVICE_BLOCK_BYTES = 512;

  private final FileDevice file;
  private final AtomicInteger fd;
  private final boolean direct;
  private final int blockSizeBytes;

  private UringDevice(FileDevice file, int fd, boolean direct, int blockSizeBytes) {
    this.file = file;
    this.fd = new AtomicInteger(fd);
    this.direct = direct;
    this.blockSizeBytes = blockSizeBytes;
  }

  static UringDevice open(DeviceSpec spec, Predicate<ByteBuffer> looksLikeOurs, FileSpace space)
      throws DeviceException {
    FileDevice file = FileDevice.open(spec, looksLikeOurs, space);
    try {
      return over(file);
    } catch (IOException | RuntimeException e) {
      try {
        file.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw new DeviceException(
          "Cannot open " + spec.path() + " for io_uring: " + e + "; use --io nio instead.", e);
    }
  }

  private static UringDevice over(FileDevice file) throws IOException {
    Path path = file.path();
    if (!file.isDirect()) {
      return new UringDevice(file, Posix.openReadWrite(path, false), false, file.blockSizeBytes());
    }
    int fd = Posix.openReadWrite(path, true);
    int blockBytes = canUse(fd, DEVICE_BLOCK_BYTES) ? DEVICE_BLOCK_BYTES : file.blockSizeBytes();
    return new UringDevice(file, fd, true, blockBytes);
  }

  /**
   * Whether reads and writes may be that small: one block is read and written back as it was. File
   * systems exist that read in smaller units than they write.
   */
  private static boolean canUse(int fd, int blockBytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment block =
          AlignedBuffer.allocate(arena, 2 * blockBytes).memory().asSlice(blockBytes, blockBytes);
      return Posix.pread(fd, block, blockBytes) == blockBytes
          && Posix.pwrite(fd, block, blockBytes) == blockBytes;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * The descriptor to read from.
   *
   * @throws ClosedChannelException when the device is closed
   */
  int fd() throws ClosedChannelException {
    int present = fd.get();
    if (present == CLOSED) {
      throw new ClosedChannelException();
    }
    return present;
  }

  @Override
  public String name() {
    return file.name();
  }

  @Override
  public long sizeBytes() {
    return file.sizeBytes();
  }

  @Override
  public int blockSizeBytes() {
    return blockSizeBytes;
  }

  @Override
  public boolean isDirect() {
    return direct;
  }

  @Override
  public void write(ByteBuffer source, long offsetBytes) throws IOException {
    if (!direct) {
      file.write(source, offsetBytes);
      return;
    }
    if (offsetBytes < 0 || offsetBytes > sizeBytes() - source.remaining()) {
      throw new IllegalArgumentException(
          "write of %d bytes at %d to %s of %d bytes"
              .formatted(source.remaining(), offsetBytes, name(), sizeBytes()));
    }
    long position = offsetBytes;
    while (source.hasRemaining()) {
      int written = (int) Posix.pwrite(fd(), MemorySegment.ofBuffer(source), position);
      if (written == 0) {
        throw new IOException(name() + " took nothing at " + position);
      }
      source.position(source.position() + written);
      position += written;
    }
  }

  @Override
  public void read(ByteBuffer target, long offsetBytes) throws IOException {
    if (!direct) {
      file.read(target, offsetBytes);
      return;
    }
    if (offsetBytes < 0) {
      throw new IllegalArgumentException("read of " + name() + " at " + offsetBytes);
    }
    int start = target.position();
    int there = (int) Math.clamp(sizeBytes() - offsetBytes, 0, (long) target.remaining());
    while (target.position() - start < there) {
      int done = target.position() - start;
      ByteBuffer rest = target.slice(target.position(), there - done);
      int read = (int) Posix.pread(fd(), MemorySegment.ofBuffer(rest), offsetBytes + done);
      target.position(target.position() + read);
      if (read == 0 || read % blockSizeBytes != 0) {
        break;
      }
    }
    if (target.hasRemaining()) {
      throw new EOFException(name() + " ends at " + (offsetBytes + target.position() - start));
    }
  }

  @Override
  public void close() throws IOException {
    int present = fd.getAndSet(CLOSED);
    if (present == CLOSED) {
      return;
    }
    try {
      Posix.close(present);
    } finally {
      file.close();
    }
  }

  @Override
  public String toString() {
    return "%s (%d bytes, blocks of %d, %s)"
        .formatted(name(), sizeBytes(), blockSizeBytes, direct ? "direct" : file.directNote());
  }
}

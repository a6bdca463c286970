package io.larder.uring;

import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * The system calls that the JDK has no door to: {@code open} with {@code O_DIRECT}, {@code pread}
 * and {@code pwrite} in units of the device's own block, {@code fallocate}, {@code close}.
 *
 * <p>Linux only; needs native access. Whoever may meet another system calls {@link #load} first.
 *
 * <p><b>Threads.</b> Any.
 */
final class Posix {
  static final int EINVAL = 22;
  static final int ENOSYS = 38;
  static final int EOPNOTSUPP = 95;

  private static final int EINTR = 4;

  private static final int O_RDONLY = 0;
  private static final int O_RDWR = 2;
  private static final int O_CLOEXEC = 0x80000;
  private static final int O_DIRECT = directFlag();

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));
  private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final AddressLayout ADDRESS = ValueLayout.ADDRESS;

  // The mode is a variadic argument of open and absent here, since nothing is created.
  private static final MethodHandle OPEN =
      handle(
          "open",
          FunctionDescriptor.of(INT, ADDRESS, INT),
          CAPTURE_ERRNO,
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(INT, INT), CAPTURE_ERRNO);
  private static final MethodHandle PREAD =
      handle("pread", FunctionDescriptor.of(LONG, INT, ADDRESS, LONG, LONG), CAPTURE_ERRNO);
  private static final MethodHandle PWRITE =
      handle("pwrite", FunctionDescriptor.of(LONG, INT, ADDRESS, LONG, LONG), CAPTURE_ERRNO);

  private static final MethodHandle FALLOCATE =
      handle("fallocate", FunctionDescriptor.of(INT, INT, INT, LONG, LONG), CAPTURE_ERRNO);

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(2, "ENOENT"),
          Map.entry(EINTR, "EINTR"),
          Map.entry(5, "EIO"),
          Map.entry(9, "EBADF"),
          Map.entry(11, "EAGAIN"),
          Map.entry(12, "ENOMEM"),
          Map.entry(13, "EACCES"),
          Map.entry(EINVAL, "EINVAL"),
          Map.entry(27, "EFBIG (file larger than this process may write)"),
          Map.entry(28, "ENOSPC (no space left on device)"),
          Map.entry(125, "ECANCELED"));

  private Posix() {}

  /**
   * Binds the calls.
   *
   * @throws LinkageError when that is impossible here; its causes say why
   */
  static void load() {
    // The static fields have done it.
  }

  /** An error number as people know it. */
  static String errorName(int errno) {
    return NAMES.getOrDefault(errno, "errno " + errno);
  }

  static int openReadWrite(Path path, boolean direct) throws PosixException {
    return open(path, O_RDWR | (direct ? O_DIRECT : 0));
  }

  static int openReadOnly(Path path) throws PosixException {
    return open(path, O_RDONLY);
  }

  private static int open(Path path, int flags) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment name = arena.allocateFrom(path.toString());
      int fd = (int) OPEN.invokeExact(state, name, flags | O_CLOEXEC);
      return (int) checked("open " + path, fd, state);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  static void close(int fd) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int result = (int) CLOSE.invokeExact(state, fd);
      checked("close", result, state);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** Reads into the whole of {@code target}, or less of it; 0 at the end of the file. */
  static long pread(int fd, MemorySegment target, long offsetBytes) throws PosixException {
    return transfer("pread", PREAD, fd, target, offsetBytes);
  }

  /** Writes the whole of {@code source}, or less of it. */
  static long pwrite(int fd, MemorySegment source, long offsetBytes) throws PosixException {
    return transfer("pwrite", PWRITE, fd, source, offsetBytes);
  }

  /**
   * Gives the first {@code lengthBytes} of a file a place on the disk, and that length at least.
   */
  static void fallocate(int fd, long lengthBytes) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int result;
      do {
        result = (int) FALLOCATE.invokeExact(state, fd, 0, 0L, lengthBytes);
      } while (result < 0 && (int) ERRNO.get(state, 0L) == EINTR);
      checked("fallocate", result, state);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  private static long transfer(
      String name, MethodHandle call, int fd, MemorySegment memory, long offsetBytes)
      throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long result;
      do {
        result = (long) call.invokeExact(state, fd, memory, memory.byteSize(), offsetBytes);
      } while (result < 0 && (int) ERRNO.get(state, 0L) == EINTR);
      return checked(name, result, state);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  private static long checked(String call, long result, MemorySegment state) throws PosixException {
    if (result < 0) {
      throw new PosixException(call, (int) ERRNO.get(state, 0L));
    }
    return result;
  }

  private static PosixException rethrown(Throwable e) {
    return switch (e) {
      case PosixException known -> known;
      case RuntimeException mistake -> throw mistake;
      case Error error -> throw error;
      default -> throw new IllegalStateException(e);
    };
  }

  // Restricted because a wrong descriptor could crash the process; these are right.
  @SuppressWarnings("restricted")
  private static MethodHandle handle(
      String name, FunctionDescriptor type, Linker.Option... options) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
  }

  private static int directFlag() {
    String architecture = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    return switch (architecture) {
      case "amd64", "x86_64", "riscv64" -> 0x4000;
      case "aarch64" -> 0x10000;
      default -> throw new UnsupportedOperationException("unknown architecture " + architecture);
    };
  }

  /** A call that was refused, with the reason the system gave. */
  static final class PosixException extends IOException {
    private static final long serialVersionUID = 1;
    private final int errno;

    PosixException(String call, int errno) {
      super(call + ": " + errorName(errno));
      this.errno = errno;
    }

    int errno() {
      return errno;
    }
  }
}

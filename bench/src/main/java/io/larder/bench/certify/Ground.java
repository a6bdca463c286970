package io.larder.bench.certify;

import io.larder.platform.device.Device;
import io.larder.platform.device.DeviceException;
import io.larder.platform.device.DeviceSpec;
import io.larder.platform.device.FileDevice;
import io.larder.platform.device.IoEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The stretch of a device that is measured: a file made for it in a folder, or a block device that
 * holds nothing.
 *
 * <p><b>Life.</b> {@link #inFolder} or {@link #onDevice}, then {@link #close}. The file has lost
 * its name by the time it is used, so that nothing is left of it however the process ends; where a
 * system does not allow that, it is removed at the end, Ctrl-C included. A block device keeps its
 * first MiB as it was, all zero: whoever looks whether it is in use still finds that it is not.
 *
 * <p><b>Threads.</b> Any.
 */
public final class Ground implements AutoCloseable {
  /** What is left alone at the front of a block device. */
  static final long FRONT_BYTES = 1 << 20;

  /** What its length is a multiple of: the largest write buffer that is tried. */
  static final long UNIT_BYTES = 4 << 20;

  private final Device device;
  private final long firstByte;
  private final long sizeBytes;
  private final Path path;
  private final @Nullable Path file;
  private final Thread remover;

  private Ground(Device device, long firstByte, Path path, @Nullable Path file, Thread remover) {
    this.device = device;
    this.firstByte = firstByte;
    this.sizeBytes = (device.sizeBytes() - firstByte) & -UNIT_BYTES;
    this.path = path;
    this.file = file;
    this.remover = remover;
  }

  /** A new file of {@code sizeBytes} in {@code folder}. */
  public static Ground inFolder(Path folder, long sizeBytes, IoEngine<?> engine)
      throws DeviceException {
    Path file =
        folder
            .toAbsolutePath()
            .resolve("larder-certify-%016x.tmp".formatted(ThreadLocalRandom.current().nextLong()));
    Thread remover = new Thread(() -> remove(file), "larder-certify-remove");
    Runtime.getRuntime().addShutdownHook(remover);
    try {
      Device device = open(new DeviceSpec(file, sizeBytes), engine);
      remove(file);
      return new Ground(device, 0, folder, file, remover);
    } catch (DeviceException | RuntimeException e) {
      forget(remover);
      throw e;
    }
  }

  /** A block device that is all zero where whatever uses one begins. */
  public static Ground onDevice(Path path, long sizeBytes, IoEngine<?> engine)
      throws DeviceException {
    Device device = open(new DeviceSpec(path, sizeBytes), engine);
    return new Ground(device, FRONT_BYTES, path, null, new Thread(() -> {}));
  }

  private static Device open(DeviceSpec spec, IoEngine<?> engine) throws DeviceException {
    FileDevice.check(List.of(spec), _ -> false);
    return engine.open(spec, _ -> false);
  }

  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // A system that keeps open files by their names: it goes at the end.
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The end has begun, and the hook does its work.
    }
  }

  Device device() {
    return device;
  }

  /** Where it begins on the device. */
  long firstByte() {
    return firstByte;
  }

  /** How long it is. */
  public long sizeBytes() {
    return sizeBytes;
  }

  /** Whether the page cache is bypassed. */
  public boolean isDirect() {
    return device.isDirect();
  }

  /** What it is, for people. */
  public String describe() {
    return (file != null ? "a file in " : "block device ") + path;
  }

  @Override
  public void close() throws IOException {
    try {
      device.close();
    } finally {
      if (file != null) {
        remove(file);
        forget(remover);
      }
    }
  }
}

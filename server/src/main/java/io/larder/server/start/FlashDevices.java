package io.larder.server.start;

import io.larder.engine.layout.HeaderLayout;
import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.PageSite;
import io.larder.engine.layout.StoreIdentity;
import io.larder.platform.device.Device;
import io.larder.platform.device.DeviceException;
import io.larder.platform.device.DeviceSpec;
import io.larder.platform.device.FileDevice;
import io.larder.platform.device.IoEngine;
import io.larder.platform.memory.AlignedBuffer;
import io.larder.server.model.ExitCode;
import io.larder.server.model.StartException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The opened flash of a server. */
final class FlashDevices implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FlashDevices.class);

  /** Where a page stands of a device that has not been given an id. */
  private static final PageSite NO_SITE = new PageSite(0, 0);

  /** Version of a page that has no life. */
  private static final long NO_VERSION = 0;

  private static final long MISSING = -1;
  private static final long FIXED = -2;

  private final List<Device> devices = new ArrayList<>();

  /** What each file was before it was opened. */
  private final Map<Path, Long> lengthsBefore = new LinkedHashMap<>();

  private FlashDevices() {}

  /** Finds what speaks against using the devices, and changes nothing. */
  static void check(FlashPlan plan) throws StartException {
    if (plan.devices().isEmpty() || isFolderMissing(plan)) {
      return;
    }
    try {
      FileDevice.check(plan.devices(), HeaderLayout::looksLikeOurs);
    } catch (DeviceException e) {
      throw refused(plan, e);
    }
  }

  /** The folder of the default file is made when it is needed. */
  private static boolean isFolderMissing(FlashPlan plan) {
    Path folder = plan.devices().get(0).path().toAbsolutePath().getParent();
    return plan.isDefault() && folder != null && !Files.exists(folder);
  }

  /** Opens all devices, or none. */
  static FlashDevices open(FlashPlan plan, IoEngine<?> engine) throws StartException {
    FlashDevices opened = new FlashDevices();
    Path madeFolder = null;
    try {
      if (!plan.devices().isEmpty() && isFolderMissing(plan)) {
        madeFolder = plan.devices().get(0).path().toAbsolutePath().getParent();
        Files.createDirectory(madeFolder);
      }
      for (DeviceSpec spec : plan.devices()) {
        long lengthBefore = lengthOf(spec.path());
        opened.devices.add(engine.open(spec, HeaderLayout::looksLikeOurs));
        opened.lengthsBefore.put(spec.path(), lengthBefore);
      }
      opened.sign(plan);
      return opened;
    } catch (DeviceException e) {
      opened.undo(madeFolder);
      throw refused(plan, e);
    } catch (IOException e) {
      opened.undo(madeFolder);
      throw new StartException(
          ExitCode.SYSTEM,
          "Cannot prepare the flash: %s; name another file with -o ext_path=FILE:SIZE."
              .formatted(e));
    }
  }

  /** Bytes of a regular file, {@link #MISSING}, or {@link #FIXED} for what cannot grow. */
  private static long lengthOf(Path path) throws IOException {
    if (!Files.exists(path)) {
      return MISSING;
    }
    return Files.isRegularFile(path) ? Files.size(path) : FIXED;
  }

  /** Takes back the room that was given before a later device was refused. */
  private void undo(@Nullable Path madeFolder) {
    close();
    lengthsBefore.forEach(FlashDevices::cutBack);
    if (madeFolder != null) {
      try {
        Files.deleteIfExists(madeFolder);
      } catch (IOException e) {
        LOG.debug("{} is left behind: {}", madeFolder, e.toString());
      }
    }
  }

  private static void cutBack(Path path, long lengthBefore) {
    try {
      if (lengthBefore == MISSING) {
        Files.deleteIfExists(path);
      } else if (lengthBefore != FIXED && Files.size(path) > lengthBefore) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
          channel.truncate(lengthBefore);
        }
      }
    } catch (IOException e) {
      LOG.warn("{} keeps the room it was given: {}", path, e.toString());
    }
  }

  private static StartException refused(FlashPlan plan, DeviceException e) {
    String message = String.valueOf(e.getMessage());
    return new StartException(
        ExitCode.SYSTEM,
        plan.isDefault()
            ? message
                + " It is the default flash; -o ext_path=FILE:SIZE names another, --ram-only goes without."
            : message);
  }

  /**
   * Writes a header at the front of every device that has none yet, by which it is known for
   * Larder's next time.
   */
  private void sign(FlashPlan plan) throws IOException {
    var store = plan.cache().flash();
    if (store == null) {
      return;
    }
    StoreIdentity identity = store.identity();
    long now = System.currentTimeMillis() / 1000;
    try (Arena arena = Arena.ofConfined()) {
      AlignedBuffer header = AlignedBuffer.allocate(arena, PageGeometry.HEADER_BYTES);
      for (Device device : devices) {
        device.read(header.slice(0, PageGeometry.HEADER_BYTES), 0);
        if (!HeaderLayout.looksLikeOurs(header.slice(0, PageGeometry.HEADER_BYTES))) {
          HeaderLayout.write(
              header.memory(), 0, identity, store.pageBytes(), NO_SITE, NO_VERSION, 0, now);
          device.write(header.slice(0, PageGeometry.HEADER_BYTES), 0);
        }
      }
    }
  }

  List<Device> devices() {
    return devices;
  }

  /** How the devices are used, for the start-up line. */
  boolean areDirect() {
    return devices.stream().allMatch(Device::isDirect);
  }

  @Override
  public void close() {
    for (Device device : devices) {
      try {
        device.close();
      } catch (IOException e) {
        LOG.warn("{} was not closed cleanly: {}", device.name(), e.toString());
      }
    }
  }
}

package io.larder.engine.inspect;

import io.larder.engine.layout.HeaderLayout;
import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.StoreIdentity;
import io.larder.platform.device.Device;
import io.larder.platform.memory.AlignedBuffer;
import java.io.IOException;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * Whose a device is, by the first of its headers that tells.
 *
 * @param store it belongs to
 * @param pageBytes size of its pages
 * @param deviceId 0 when it was never given one
 */
public record DeviceIdentity(StoreIdentity store, int pageBytes, long deviceId) {
  private static final int HEADERS_LOOKED_AT_MAX = 4096;

  /** Pages are a multiple of this. */
  private static final int STRIDE_BYTES = 64 * 1024;

  /**
   * Looks at the headers from the front on.
   *
   * @return null when there is none
   * @throws IOException when the device refuses to show any
   */
  public static @Nullable DeviceIdentity of(Device device) throws IOException {
    DeviceIdentity found = null;
    IOException refusal = null;
    try (Arena arena = Arena.ofConfined()) {
      AlignedBuffer header = AlignedBuffer.allocate(arena, PageGeometry.HEADER_BYTES);
      long at = 0;
      for (int i = 0; i < HEADERS_LOOKED_AT_MAX; i++) {
        if (at + PageGeometry.HEADER_BYTES > device.sizeBytes()) {
          break;
        }
        try {
          device.read(header.slice(0, PageGeometry.HEADER_BYTES), at);
          DeviceIdentity told = told(header, at);
          if (told != null && (found == null || found.isSameStore(told))) {
            found = told;
            if (found.deviceId != 0) {
              return found;
            }
          }
        } catch (IOException e) {
          refusal = e;
        }
        // The size of the pages is known from the first header on.
        at += found == null ? STRIDE_BYTES : found.pageBytes - at % found.pageBytes;
      }
    }
    if (found == null && refusal != null) {
      throw refusal;
    }
    return found;
  }

  private boolean isSameStore(DeviceIdentity other) {
    return store.equals(other.store) && pageBytes == other.pageBytes;
  }

  private static @Nullable DeviceIdentity told(AlignedBuffer header, long at) {
    var memory = header.memory();
    if (!HeaderLayout.isHeader(memory, 0)
        || HeaderLayout.format(memory, 0) != HeaderLayout.FORMAT) {
      return null;
    }
    int pageBytes = HeaderLayout.pageBytes(memory, 0);
    if (pageBytes < PageGeometry.PAGE_BYTES_MIN
        || pageBytes % PageGeometry.BLOCK_BYTES != 0
        || at != (long) HeaderLayout.site(memory, 0).row() * pageBytes) {
      return null;
    }
    return new DeviceIdentity(
        new StoreIdentity(HeaderLayout.storeId(memory, 0), HeaderLayout.hashSeed(memory, 0)),
        pageBytes,
        HeaderLayout.site(memory, 0).deviceId());
  }
}

package io.larder.engine.state;

import io.larder.engine.layout.HeaderLayout;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.model.Durability;
import io.larder.platform.state.StateStorage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The first 4096 bytes of a state file, little endian.
 *
 * <pre>
 *  offset bytes  field
 *       0     8  magic "LARDERST"
 *       8     4  format, 1
 *      12     4  hash: 1 = XXH64
 *      16    16  store id
 *      32     8  hash seed
 *      40    16  boot id; zeros where the system does not tell
 *      56     4  page size in bytes
 *      60     4  durability: 0 = kill, 1 = power
 *      64     4  device count, at most 240
 *      68    60  zero
 *     128  3840  devices, 16 bytes each, in the order of their pages:
 *                  0  8  device id
 *                  8  4  page count
 *                 12  4  spare, 0
 *    3968   124  zero
 *    4092     4  CRC32C of the 4092 bytes before
 * </pre>
 */
final class StateHeaderLayout {
  /** Version of the formats of header and notes together. */
  static final int FORMAT = 1;

  /** Most devices that a state file can name. */
  static final int DEVICE_COUNT_MAX = 240;

  private static final byte[] MAGIC = {'L', 'A', 'R', 'D', 'E', 'R', 'S', 'T'};
  private static final int DEVICES_AT = 128;
  private static final int DEVICE_BYTES = 16;
  private static final int CHECKED_BYTES = StateStorage.HEADER_BYTES - Integer.BYTES;

  private StateHeaderLayout() {}

  /** A whole header. */
  static ByteBuffer write(StateIdentity identity, Durability durability) {
    if (identity.devices().size() > DEVICE_COUNT_MAX
        || identity.pageCount() > NoteLayout.PAGE_COUNT_MAX) {
      throw new IllegalArgumentException(
          "%d devices with %d pages: a state file holds %d with %d"
              .formatted(
                  identity.devices().size(),
                  identity.pageCount(),
                  DEVICE_COUNT_MAX,
                  NoteLayout.PAGE_COUNT_MAX));
    }
    ByteBuffer header =
        ByteBuffer.allocate(StateStorage.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).putInt(FORMAT).putInt(HeaderLayout.HASH_XXH64);
    putId(header, identity.store().storeId());
    header.putLong(identity.store().hashSeed());
    putId(header, identity.bootId());
    header.putInt(identity.pageBytes()).putInt(durability == Durability.POWER ? 1 : 0);
    header.putInt(identity.devices().size());
    header.position(DEVICES_AT);
    for (StateDevice device : identity.devices()) {
      header.putLong(device.deviceId()).putInt(device.pageCount()).putInt(0);
    }
    header.putInt(CHECKED_BYTES, checksum(header));
    return header.clear();
  }

  /** Whether it begins as the header of a state file does, of whatever format. */
  static boolean hasMagic(ByteBuffer header) {
    return header.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC));
  }

  static int format(ByteBuffer header) {
    return header.getInt(8);
  }

  static int hash(ByteBuffer header) {
    return header.getInt(12);
  }

  static Durability durability(ByteBuffer header) {
    return header.getInt(60) == 1 ? Durability.POWER : Durability.KILL;
  }

  /** Whether it is as it was written, with figures that can be. */
  static boolean isIntact(ByteBuffer header) {
    return header.getInt(CHECKED_BYTES) == checksum(header)
        && header.getInt(64) >= 0
        && header.getInt(64) <= DEVICE_COUNT_MAX
        && pageCount(header) <= NoteLayout.PAGE_COUNT_MAX;
  }

  private static long pageCount(ByteBuffer header) {
    long count = 0;
    for (int i = 0; i < header.getInt(64); i++) {
      int pages = header.getInt(DEVICES_AT + i * DEVICE_BYTES + 8);
      count += pages < 0 ? NoteLayout.PAGE_COUNT_MAX + 1 : pages;
    }
    return count;
  }

  /** What an intact header says. */
  static StateIdentity identity(ByteBuffer header) {
    List<StateDevice> devices = new ArrayList<>();
    for (int i = 0; i < header.getInt(64); i++) {
      int at = DEVICES_AT + i * DEVICE_BYTES;
      devices.add(new StateDevice(header.getLong(at), header.getInt(at + 8)));
    }
    return new StateIdentity(
        new StoreIdentity(id(header, 16), header.getLong(32)),
        id(header, 40),
        header.getInt(56),
        devices);
  }

  private static void putId(ByteBuffer header, UUID id) {
    header.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
  }

  private static UUID id(ByteBuffer header, int at) {
    return new UUID(header.getLong(at), header.getLong(at + 8));
  }

  private static int checksum(ByteBuffer header) {
    CRC32C crc = new CRC32C();
    crc.update(header.slice(0, CHECKED_BYTES));
    return (int) crc.getValue();
  }
}

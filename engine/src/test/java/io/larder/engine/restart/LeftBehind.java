package io.larder.engine.restart;

import io.larder.engine.layout.HeaderLayout;
import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.PageSite;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.Durability;
import io.larder.engine.model.RecordFinder;
import io.larder.engine.page.Page;
import io.larder.engine.page.Page.RecordSpan;
import io.larder.engine.state.SavedState;
import io.larder.engine.state.StateDevice;
import io.larder.engine.state.StateFile;
import io.larder.engine.state.StateIdentity;
import io.larder.engine.write.DirectoryChunks;
import io.larder.engine.write.OpenDirectory;
import io.larder.testkit.MemoryDevice;
import io.larder.testkit.MemoryStateStorage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What an earlier run has left: pages of 64 KiB with records of a simple kind, and a state file.
 */
public final class LeftBehind {
  public static final int PAGE_BYTES = 64 * 1024;
  public static final StoreIdentity STORE = new StoreIdentity(new UUID(5, 6), 7);
  public static final UUID BOOT = new UUID(1, 1);
  public static final PageGeometry GEOMETRY = PageGeometry.of(PAGE_BYTES);
  private static final int UNIT = GEOMETRY.unitBytes();

  final MemoryStateStorage storage = new MemoryStateStorage();

  private LeftBehind() {}

  public static LeftBehind nothing() {
    return new LeftBehind();
  }

  /** Makes the state file of a run with these devices; marks are made by {@code notes}. */
  void state(List<StateDevice> devices, Notes notes) throws IOException {
    StateFile file =
        StateFile.begin(
            storage,
            new StateIdentity(STORE, BOOT, PAGE_BYTES, devices),
            null,
            page -> page,
            0,
            Durability.KILL);
    notes.make(file);
    storage.crash();
  }

  /** Makes notes. */
  interface Notes {
    void make(StateFile file);
  }

  Persistence persistence() {
    return Persistence.read(storage, BOOT, Durability.KILL);
  }

  SavedState saved() {
    return persistence().saved();
  }

  // ------------------------------------------------------------------ pages

  /** A header at the front of a page. */
  public static void header(MemoryDevice device, long deviceId, int row, long version) {
    MemorySegment block = MemorySegment.ofArray(new byte[PageGeometry.HEADER_BYTES]);
    HeaderLayout.write(
        block, 0, STORE, PAGE_BYTES, new PageSite(deviceId, row), version, 2, 1_000_000);
    device.putBytes((long) row * PAGE_BYTES, block.toArray(ValueLayout.JAVA_BYTE));
  }

  /** A record of {@code lengthBytes}, at least 32: length, version, key hash, check, filling. */
  public static byte[] record(long keyHash, int lengthBytes, long version, int atBytes) {
    ByteBuffer bytes = ByteBuffer.allocate(lengthBytes).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(lengthBytes).putInt((int) version).putLong(keyHash);
    for (int at = 24; at < lengthBytes; at++) {
      bytes.put(at, (byte) (keyHash + 1));
    }
    bytes.putLong(16, check(bytes) + atBytes);
    return bytes.array();
  }

  private static long check(ByteBuffer bytes) {
    long sum = 1;
    for (int at = 0; at < bytes.capacity(); at++) {
      sum = 31 * sum + (at >= 16 && at < 24 ? 0 : bytes.get(at));
    }
    return sum << 20;
  }

  /** Puts a record on a page; returns where the next one goes. */
  public static int put(
      MemoryDevice device, int row, long version, int atBytes, long keyHash, int lengthBytes) {
    device.putBytes(
        (long) row * PAGE_BYTES + atBytes, record(keyHash, lengthBytes, version, atBytes));
    return atBytes + GEOMETRY.padded(lengthBytes);
  }

  /** Seals a page that holds records of these lengths, with the key hashes 1, 2, … */
  public static void sealed(
      MemoryDevice device, long deviceId, int row, long version, int... lengths)
      throws IOException {
    header(device, deviceId, row, version);
    try (Arena arena = Arena.ofConfined()) {
      OpenDirectory directory = new OpenDirectory(new DirectoryChunks(arena));
      int at = PageGeometry.HEADER_BYTES;
      for (int i = 0; i < lengths.length; i++) {
        int padded = GEOMETRY.padded(lengths[i]);
        directory.add(i + 1, at / UNIT, padded / UNIT, padded - lengths[i]);
        at = put(device, row, version, at, i + 1, lengths[i]);
      }
      PageSite site = new PageSite(deviceId, row);
      Page page = new Page(row, 0, Bucket.DEFAULT, device, (long) row * PAGE_BYTES, site);
      page.liveOn(version);
      page.isOf(Bucket.DEFAULT, 1_000_000, new RecordSpan(lengths.length, 0, 0));
      directory.writeTo(device, (long) row * PAGE_BYTES, GEOMETRY, site, page.snapshot(), at);
    }
  }

  /** Knows these records by sight; a key hash of -1 is a filler's. */
  public static final class Finder implements RecordFinder {
    private static final ValueLayout.OfInt INT =
        ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
        ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Override
    public int lengthAt(MemorySegment memory, long at) {
      return Math.max(0, memory.get(INT, at));
    }

    @Override
    public boolean isOfLife(MemorySegment memory, long at, long pageVersion) {
      return memory.get(INT, at + 4) == (int) pageVersion;
    }

    @Override
    public @Nullable ScannedRecord scan(
        MemorySegment memory, long at, int lengthBytes, long pageVersion, int offsetUnits) {
      byte[] bytes = memory.asSlice(at, lengthBytes).toArray(ValueLayout.JAVA_BYTE);
      long wanted =
          check(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)) + (long) offsetUnits * UNIT;
      if (!isOfLife(memory, at, pageVersion) || memory.get(LONG, at + 16) != wanted) {
        return null;
      }
      long keyHash = memory.get(LONG, at + 8);
      return new ScannedRecord(keyHash, 0, keyHash == -1);
    }
  }
}

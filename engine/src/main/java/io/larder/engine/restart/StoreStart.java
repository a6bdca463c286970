package io.larder.engine.restart;

import io.larder.engine.layout.HeaderLayout;
import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.PageSite;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.layout.TrailerLayout;
import io.larder.engine.state.SavedState;
import io.larder.engine.state.StateDevice;
import io.larder.engine.state.StateFile;
import io.larder.engine.state.StateIdentity;
import io.larder.engine.state.StateLog;
import io.larder.engine.state.StateValue;
import io.larder.platform.device.Device;
import io.larder.platform.memory.AlignedBuffer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a store starts with: who it is, where its pages stand, and which of them live on.
 *
 * <p>A page lives on when its device is one of those of the earlier run, by the id in its headers
 * and whatever it is called now, and when the page's mark says so. Whether the page itself agrees
 * is found out later, by the restore step; so a start takes as long for a terabyte as for a
 * gigabyte.
 *
 * @param identity what page headers say
 * @param pages all pages, in the order of their ids
 * @param sites where each of them stands, in the same order
 * @param kept the pages that live on
 * @param missingPageCount pages that would, were their device there or known for what it is
 * @param saved what is known of them; null when there are none
 * @param latestVersion the highest that any page may ever have had
 * @param state takes the notes of this run
 * @param whyEmpty why nothing lives on, in words that follow "starts empty: "; empty when something
 *     may
 */
public record StoreStart(
    StoreIdentity identity,
    List<PageCut> pages,
    List<PageSite> sites,
    List<KeptPage> kept,
    int missingPageCount,
    @Nullable SavedState saved,
    long latestVersion,
    StateLog state,
    String whyEmpty) {
  private static final Logger LOG = LoggerFactory.getLogger(StoreStart.class);

  /** The first versions of stores differ in so many bits, and are far from the end of 32. */
  private static final int FIRST_BITS = 31;

  private static final long FIRST_FACTOR = 0x9E3779B97F4A7C15L;

  /** A device of which so many pages in a row have no header of this store is another's. */
  private static final int HEADERS_LOOKED_AT_MAX = 256;

  /** So many trailers tell how many records there are about. */
  private static final int TRAILERS_LOOKED_AT_MAX = 64;

  /**
   * A page that lives on.
   *
   * @param pageId its id in this run
   * @param savedPageId its id in the run before
   */
  public record KeptPage(int pageId, int savedPageId, long version) {}

  /** A store that remembers nothing, and leaves nothing to remember. */
  public static StoreStart forgetful(
      StoreIdentity identity, List<Device> devices, int pageBytes, long latestVersion) {
    List<PageCut> pages = PageCut.of(pageCounts(devices, pageBytes));
    return new StoreStart(
        identity,
        pages,
        sites(pages, newIds(devices)),
        List.of(),
        0,
        null,
        latestVersion,
        StateLog.NONE,
        "nothing is kept across restarts");
  }

  /**
   * Goes on with what an earlier run has left, as far as it may be trusted, and begins the state
   * file of this one.
   *
   * @param identity of a store that starts empty
   * @throws IOException when the state file cannot be begun, and the one before cannot be removed
   */
  public static StoreStart of(
      StoreIdentity identity, List<Device> devices, int pageBytes, Persistence persistence)
      throws IOException {
    SavedState found = persistence.saved();
    String whyEmpty = found.isUsable() ? "" : found.reason();
    if (found.isUsable() && found.identity().pageBytes() != pageBytes) {
      whyEmpty =
          "its pages had %d bytes, and have %d now"
              .formatted(found.identity().pageBytes(), pageBytes);
    }
    SavedState saved = whyEmpty.isEmpty() ? found : null;
    StoreIdentity store = saved == null ? identity : saved.identity().store();
    List<Long> ids = saved == null ? newIds(devices) : ids(devices, saved.identity(), pageBytes);
    List<Integer> counts = pageCounts(devices, pageBytes);
    List<PageCut> pages = PageCut.of(counts);
    List<PageSite> sites = sites(pages, ids);
    int[] newIds = saved == null ? new int[0] : newPageIds(saved.identity(), sites);
    List<KeptPage> kept = new ArrayList<>();
    int missing = 0;
    for (int old = 0; old < newIds.length; old++) {
      long version = saved == null ? 0 : saved.mark(old);
      if (version != 0 && newIds[old] >= 0) {
        kept.add(new KeptPage(newIds[old], old, version));
      } else if (version != 0) {
        missing++;
      }
    }
    // A run that has not opened a page yet has noted no version; what was there before it may be.
    long noted = saved == null ? 0 : saved.value(StateValue.VERSION);
    long latestVersion = noted == 0 ? before(store) : noted;
    List<StateDevice> table = new ArrayList<>();
    for (int i = 0; i < devices.size(); i++) {
      table.add(new StateDevice(ids.get(i), counts.get(i)));
    }
    StateLog state =
        begin(
            persistence,
            new StateIdentity(store, persistence.bootId(), pageBytes, table),
            saved,
            newIds,
            saved == null ? 0 : latestVersion);
    return new StoreStart(
        store, pages, sites, kept, missing, saved, latestVersion, state, whyEmpty);
  }

  /**
   * The version before the first one of a new store. Records tell their store by the low half of
   * their page's version only, and a page that was being filled is looked through record by record:
   * behind the last one may be those of the store before, which must not have the same version.
   */
  private static long before(StoreIdentity identity) {
    UUID id = identity.storeId();
    long mixed = (id.getMostSignificantBits() * 31 + id.getLeastSignificantBits()) * FIRST_FACTOR;
    return mixed >>> (Long.SIZE - FIRST_BITS);
  }

  private static StateLog begin(
      Persistence persistence,
      StateIdentity identity,
      @Nullable SavedState saved,
      int[] newIds,
      long latestVersion)
      throws IOException {
    try {
      return StateFile.begin(
          persistence.storage(),
          identity,
          saved,
          old -> old < newIds.length ? newIds[old] : -1,
          latestVersion,
          persistence.durability(),
          persistence.rewriteNotesMin());
    } catch (IOException e) {
      // What is there says nothing of what this run is going to do; a later one must not trust it.
      persistence.storage().delete();
      LOG.error(
          "the state file {} cannot be written, and the flash will start empty next time: {}",
          persistence.storage().name(),
          e.toString());
      return StateLog.NONE;
    }
  }

  private static List<Integer> pageCounts(List<Device> devices, int pageBytes) {
    return devices.stream().map(device -> (int) (device.sizeBytes() / pageBytes)).toList();
  }

  private static List<PageSite> sites(List<PageCut> pages, List<Long> deviceIds) {
    return pages.stream()
        .map(page -> new PageSite(deviceIds.get(page.deviceIndex()), page.row()))
        .toList();
  }

  private static List<Long> newIds(List<Device> devices) {
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < devices.size(); i++) {
      ids.add(i + 1L);
    }
    return ids;
  }

  /** The ids of the devices: those that their pages have, and new ones for devices that are new. */
  private static List<Long> ids(List<Device> devices, StateIdentity saved, int pageBytes) {
    List<Long> known =
        new ArrayList<>(saved.devices().stream().map(StateDevice::deviceId).toList());
    long next = known.stream().mapToLong(Long::longValue).max().orElse(0) + 1;
    List<Long> ids = new ArrayList<>();
    for (Device device : devices) {
      long id = idOf(device, saved.store(), pageBytes);
      // Of a device and its copy, the first one named is the device.
      if (!known.remove(Long.valueOf(id))) {
        id = next++;
      }
      ids.add(id);
    }
    return ids;
  }

  private static long idOf(Device device, StoreIdentity store, int pageBytes) {
    try (Arena arena = Arena.ofConfined()) {
      AlignedBuffer header = AlignedBuffer.allocate(arena, PageGeometry.HEADER_BYTES);
      long rows = Math.min(HEADERS_LOOKED_AT_MAX, device.sizeBytes() / pageBytes);
      for (int row = 0; row < rows; row++) {
        try {
          device.read(header.slice(0, PageGeometry.HEADER_BYTES), (long) row * pageBytes);
        } catch (IOException e) {
          LOG.warn("{} cannot be read: {}", device.name(), e.toString());
          continue;
        }
        if (HeaderLayout.isHeader(header.memory(), 0)
            && HeaderLayout.belongsTo(header.memory(), 0, store, pageBytes)) {
          PageSite site = HeaderLayout.site(header.memory(), 0);
          if (site.deviceId() != 0 && site.row() == row) {
            return site.deviceId();
          }
        }
      }
      return 0;
    }
  }

  /** The new id of each old page; -1 for one that is not there any more. */
  private static int[] newPageIds(StateIdentity saved, List<PageSite> sites) {
    Map<PageSite, Integer> idOfSite = new HashMap<>();
    for (int i = 0; i < sites.size(); i++) {
      idOfSite.put(sites.get(i), i);
    }
    List<PageCut> old = PageCut.of(saved.devices().stream().map(StateDevice::pageCount).toList());
    int[] newIds = new int[old.size()];
    for (int i = 0; i < newIds.length; i++) {
      PageCut page = old.get(i);
      PageSite site = new PageSite(saved.devices().get(page.deviceIndex()).deviceId(), page.row());
      newIds[i] = idOfSite.getOrDefault(site, -1);
    }
    return newIds;
  }

  /** How many live records there are about on the pages that live on, by the look of some. */
  public long estimateRecords(List<Device> devices, int pageBytes) {
    if (kept.isEmpty() || saved == null) {
      return 0;
    }
    long tombstones = 0;
    for (KeptPage page : kept) {
      tombstones += saved.tombstoneCount(page.savedPageId());
    }
    long records = 0;
    int looked = 0;
    int stride = Math.max(1, kept.size() / TRAILERS_LOOKED_AT_MAX);
    try (Arena arena = Arena.ofConfined()) {
      AlignedBuffer tail = AlignedBuffer.allocate(arena, PageGeometry.BLOCK_BYTES);
      for (int i = 0; i < kept.size(); i += stride) {
        KeptPage page = kept.get(i);
        PageCut cut = pages.get(page.pageId());
        long end = (cut.row() + 1L) * pageBytes;
        try {
          devices
              .get(cut.deviceIndex())
              .read(tail.slice(0, PageGeometry.BLOCK_BYTES), end - PageGeometry.BLOCK_BYTES);
        } catch (IOException e) {
          continue;
        }
        int at = PageGeometry.BLOCK_BYTES - TrailerLayout.BYTES;
        if (TrailerLayout.belongsTo(tail.memory(), at, sites.get(page.pageId()), page.version())) {
          records += TrailerLayout.recordCount(tail.memory(), at);
          looked++;
        }
      }
    }
    return looked == 0 ? 0 : Math.max(0, records * kept.size() / looked - tombstones);
  }
}

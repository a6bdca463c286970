package io.larder.server.cli;

import io.larder.engine.state.SavedState;
import io.larder.engine.state.StateDevice;
import io.larder.engine.state.StateLook;
import io.larder.engine.state.StateLook.KindCount;
import io.larder.engine.state.StateLook.NoteDamage;
import io.larder.engine.state.StateValue;
import io.larder.platform.state.BootId;
import io.larder.server.start.ReadableBytes;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.UUID;

/** What a state file holds, for people. */
final class StateReport {
  private StateReport() {}

  /** Prints it; returns whether all of it is as it was written. */
  static boolean print(String name, StateLook look, PrintWriter out) {
    out.println(name + ": state file of a flash tier");
    if (!look.headerDamage().isEmpty()) {
      out.println("  DAMAGE at byte 0: the file " + look.headerDamage());
      return false;
    }
    var identity = look.identity();
    line(out, "store", identity.store().storeId());
    line(out, "boot", boot(identity.bootId()));
    line(out, "page size", ReadableBytes.of(identity.pageBytes()));
    line(out, "durability", look.durability().name().toLowerCase(java.util.Locale.ROOT));
    for (StateDevice device : identity.devices()) {
      line(out, "device " + device.deviceId(), device.pageCount() + " pages");
    }
    line(
        out,
        "end",
        look.endsCleanly() ? "clean: the server was stopped in order" : "none: killed, or running");
    out.println("  notes:");
    long noteCount = 0;
    for (KindCount count : look.counts()) {
      line(out, "  " + count.kind(), count.count());
      noteCount += count.count();
    }
    line(out, "  free slots", look.slotCount() - noteCount - look.damageCount());
    counting(look, out);
    for (NoteDamage damage : look.damage()) {
      out.printf(
          "  DAMAGE at byte %d: note %d %s%n", damage.offsetBytes(), damage.index(), damage.what());
    }
    if (look.damageCount() > look.damage().size()) {
      out.printf("  and %d more notes%n", look.damageCount() - look.damage().size());
    }
    return look.isSound();
  }

  private static void counting(StateLook look, PrintWriter out) {
    SavedState saved = look.saved();
    if (!saved.isUsable()) {
      line(out, "counts", "nothing: " + saved.reason());
      return;
    }
    int marked = 0;
    long dead = 0;
    for (int page = 0; page < look.identity().pageCount(); page++) {
      marked += saved.mark(page) == 0 ? 0 : 1;
      dead += saved.tombstoneCount(page);
    }
    out.println("  what counts:");
    line(out, "  pages with a mark", marked);
    line(out, "  tombstones live", dead);
    line(out, "  tombstones dead", look.count("tombstone") - dead);
    line(out, "  changed keys", saved.changedKeyCount());
    line(out, "  sequence", saved.value(StateValue.SEQUENCE) + " (no CAS unique was above it)");
    line(out, "  version", saved.value(StateValue.VERSION) + " (no page had one above it)");
    line(out, "  clock", moment(saved.value(StateValue.CLOCK_SECONDS), "never noted"));
    line(
        out,
        "  flushed up to",
        saved.value(StateValue.FLUSHED_SEQUENCE) + " (sequence of the last flush_all)");
    line(out, "  flush_all due", moment(saved.value(StateValue.FLUSH_DUE_SECONDS), "none"));
  }

  private static String boot(UUID id) {
    if (id.equals(BootId.UNKNOWN)) {
      return "not known";
    }
    return id + (BootId.isSame(id, BootId.current()) ? ", this one" : ", another than this one");
  }

  /** Unix seconds, as a date too. */
  static String moment(long unixSeconds, String ifNone) {
    return unixSeconds == 0
        ? ifNone
        : Instant.ofEpochSecond(unixSeconds) + " (" + unixSeconds + " unix seconds)";
  }

  static void line(PrintWriter out, String what, Object value) {
    out.printf("  %-20s %s%n", what, value);
  }
}

package io.larder.tests.simulation.device;

import io.larder.platform.state.StateAppender;
import io.larder.platform.state.StateReader;
import io.larder.platform.state.StateStorage;
import io.larder.testkit.MemoryStateStorage;
import io.larder.tests.simulation.model.Trace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A state file whose process may be killed before, in the middle of, and after everything that is
 * done to it.
 *
 * <p><b>Threads.</b> One.
 */
public final class SimulatedStateStorage implements StateStorage {
  /** How the names of places end where a state file is rewritten. */
  public static final String REWRITING = ", rewriting it";

  private static final int KIND_SHIFT = 60;
  private static final int PAGE_SHIFT = 42;
  private static final int PAGE_MASK = (1 << 18) - 1;
  private static final int OFFSET_SHIFT = 22;
  private static final int OFFSET_MASK = (1 << 20) - 1;

  private final MemoryStateStorage memory;
  private final Fate fate;
  private final NoteTampering tampering;
  private final Supplier<String> step;
  private final Runnable whenPublished;
  private final Trace trace;
  private @Nullable Appender published;

  /**
   * Over what {@code memory} keeps.
   *
   * @param step names the background work that is under way
   * @param whenPublished hears that another file has taken the place of the one before
   */
  public SimulatedStateStorage(
      MemoryStateStorage memory,
      Fate fate,
      NoteTampering tampering,
      Supplier<String> step,
      Runnable whenPublished,
      Trace trace) {
    this.memory = memory;
    this.fate = fate;
    this.tampering = tampering;
    this.step = step;
    this.whenPublished = whenPublished;
    this.trace = trace;
  }

  @Override
  public String name() {
    return memory.name();
  }

  @Override
  public @Nullable StateReader open() throws IOException {
    return memory.open();
  }

  @Override
  public StateAppender create(ByteBuffer header) throws IOException {
    String rewriting = published == null ? "" : REWRITING;
    fate.place("before a state file is made" + rewriting);
    StateAppender made = memory.create(header);
    fate.place("after a state file was made" + rewriting);
    return new Appender(made, rewriting);
  }

  @Override
  public void delete() throws IOException {
    if (!fate.hasStruck()) {
      memory.delete();
    }
  }

  private final class Appender implements StateAppender {
    private final StateAppender appender;

    /** Empty, unless it is to take the place of another of this process. */
    private String rewriting;

    /** A note that is to arrive late. */
    private long lateFirst;

    private long lateSecond;

    Appender(StateAppender appender, String rewriting) {
      this.appender = appender;
      this.rewriting = rewriting;
    }

    @Override
    public void append(long first, long second) throws IOException {
      fate.place("before a note" + rewriting);
      if (fate.hasStruck() || !tampering.arrives(first, second, step.get())) {
        return;
      }
      String here = "in the middle of a note" + rewriting;
      if (fate.comes(here)) {
        halve(first);
        fate.strike(here);
      }
      arriveLate();
      if (tampering.arrivesLate(first, second)) {
        lateFirst = first;
        lateSecond = second;
      } else {
        appender.append(first, second);
      }
      trace.note(
          "noted",
          second >>> KIND_SHIFT,
          second >>> PAGE_SHIFT & PAGE_MASK,
          second >>> OFFSET_SHIFT & OFFSET_MASK);
      fate.place("after a note" + rewriting);
    }

    private void arriveLate() throws IOException {
      if (lateSecond != 0) {
        appender.append(lateFirst, lateSecond);
        lateSecond = 0;
      }
    }

    /** The first half of a note arrives. */
    private void halve(long first) {
      long at = HEADER_BYTES + appender.noteCount() * NOTE_BYTES;
      if (published == this && at + 2 * NOTE_BYTES <= memory.bytes().length) {
        byte[] half = new byte[Long.BYTES];
        ByteBuffer.wrap(half).order(ByteOrder.LITTLE_ENDIAN).putLong(first);
        memory.putBytes((int) at, half);
      }
    }

    @Override
    public long noteCount() {
      return appender.noteCount() + (lateSecond == 0 ? 0 : 1);
    }

    @Override
    public boolean wantsRoom() {
      return appender.wantsRoom();
    }

    @Override
    public void makeRoom() throws IOException {
      fate.place("before the state file gets room" + rewriting);
      if (!fate.hasStruck()) {
        appender.makeRoom();
      }
    }

    @Override
    public void copyTo(long fromIndex, long toIndex, StateReader.NoteVisitor visitor)
        throws IOException {
      if (!fate.hasStruck()) {
        arriveLate();
        appender.copyTo(fromIndex, toIndex, visitor);
      }
    }

    @Override
    public void force() throws IOException {
      fate.place("before a force" + rewriting);
      if (!fate.hasStruck()) {
        appender.force();
        trace.note("state file forced", 0);
      }
      fate.place("after a force" + rewriting);
    }

    @Override
    public void publish() throws IOException {
      fate.place("before a state file is published" + rewriting);
      if (!fate.hasStruck()) {
        appender.publish();
        published = this;
        whenPublished.run();
        trace.note("state file published", 0);
      }
      fate.place("after a state file was published" + rewriting);
      rewriting = "";
    }

    @Override
    public void close() throws IOException {
      if (!fate.hasStruck()) {
        appender.close();
      }
    }
  }
}

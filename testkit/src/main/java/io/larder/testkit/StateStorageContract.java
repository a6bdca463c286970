package io.larder.testkit;

import io.larder.platform.state.StateAppender;
import io.larder.platform.state.StateReader;
import io.larder.platform.state.StateStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What every {@link StateStorage} promises. Knows no test framework: a test runs every one of
 * {@link #checks}.
 */
public final class StateStorageContract {
  /** One promise. */
  public record Check(String sentence, Body body) {}

  /** What finds out whether a promise is kept. */
  @FunctionalInterface
  public interface Body {
    /** Fails when it is not. */
    void run() throws Exception;
  }

  @FunctionalInterface
  private interface StorageBody {
    void run(StateStorage storage) throws Exception;
  }

  /** More than two chunks of a file. */
  private static final int MANY_NOTES = 150_000;

  private final Supplier<StateStorage> newStorage;

  /** Tries storages that are new and empty. */
  public StateStorageContract(Supplier<StateStorage> newStorage) {
    this.newStorage = newStorage;
  }

  /** All promises. */
  public List<Check> checks() {
    return List.of(
        check("where nothing is published nothing is found", this::nothing),
        check("what is not published is not found", this::unpublished),
        check("what is published is found, header and notes", this::published),
        check("notes behind the publication are found", this::appendedLater),
        check("a new file takes the place of the old one when published", this::replaced),
        check("closing an unpublished file harms no published one", this::discarded),
        check("there is always a free slot behind the last note", this::freeSlot),
        check("many notes are found, with room made or not", this::manyNotes),
        check("room is wanted from the middle of a chunk on", this::wantsRoom),
        check("notes read back while they are appended", this::readsBack),
        check("deleting takes the file away, and none is no error", this::deleted),
        check("room and force may come from other threads", this::threads),
        check("an interrupt harms nothing and is passed on", this::interrupted),
        check("a note needs a second half, a header its size", this::mistakes),
        check("closing twice is fine", this::closedTwice));
  }

  private Check check(String sentence, StorageBody body) {
    return new Check(sentence, () -> body.run(newStorage.get()));
  }

  private record Note(long index, long first, long second) {}

  private static ByteBuffer header(int seed) {
    ByteBuffer header =
        ByteBuffer.allocate(StateStorage.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < header.capacity(); i += Integer.BYTES) {
      header.putInt(i, seed + i);
    }
    return header;
  }

  private static void append(StateAppender file, long from, long to) throws IOException {
    for (long i = from; i < to; i++) {
      file.append(i * 31, ~i);
    }
  }

  private static List<Note> expected(long from, long to) {
    List<Note> notes = new ArrayList<>();
    for (long i = from; i < to; i++) {
      notes.add(new Note(i, i * 31, ~i));
    }
    return notes;
  }

  /** The notes of the published file, without the free slots at its end, of which there is one. */
  private static List<Note> found(StateStorage storage, int headerSeed) throws IOException {
    try (StateReader reader = opened(storage)) {
      same(header(headerSeed), reader.header(), "header");
      List<Note> notes = new ArrayList<>();
      boolean[] isLastFree = {false};
      reader.notes((index, first, second) -> {
        isLastFree[0] = first == 0 && second == 0;
        if (!isLastFree[0]) {
          notes.add(new Note(index, first, second));
        }
      });
      same(true, isLastFree[0], "a free slot at the end");
      return notes;
    }
  }

  private static StateReader opened(StateStorage storage) throws IOException {
    StateReader reader = storage.open();
    if (reader == null) {
      throw new AssertionError("nothing is published");
    }
    return reader;
  }

  private void nothing(StateStorage storage) throws Exception {
    same(null, storage.open(), "what is found");
  }

  private void unpublished(StateStorage storage) throws Exception {
    try (StateAppender file = storage.create(header(1))) {
      append(file, 0, 3);
      file.force();
      same(null, storage.open(), "what is found");
    }
    same(null, storage.open(), "what is found after closing");
  }

  private void published(StateStorage storage) throws Exception {
    try (StateAppender file = storage.create(header(1))) {
      append(file, 0, 3);
      same(3L, file.noteCount(), "notes");
      file.publish();
      same(expected(0, 3), found(storage, 1), "found while it is open");
    }
    same(expected(0, 3), found(storage, 1), "found when it is closed");
  }

  private void appendedLater(StateStorage storage) throws Exception {
    try (StateAppender file = storage.create(header(1))) {
      file.publish();
      same(List.of(), found(storage, 1), "found at first");
      append(file, 0, 5);
      same(expected(0, 5), found(storage, 1), "found");
    }
  }

  private void replaced(StateStorage storage) throws Exception {
    try (StateAppender old = storage.create(header(1))) {
      append(old, 0, 5);
      old.publish();
      try (StateAppender file = storage.create(header(2))) {
        append(file, 0, 2);
        same(expected(0, 5), found(storage, 1), "found before");
        file.publish();
        append(old, 5, 9);
        file.force();
        old.force();
        same(expected(0, 2), found(storage, 2), "found after");
      }
    }
    same(expected(0, 2), found(storage, 2), "found in the end");
  }

  private void discarded(StateStorage storage) throws Exception {
    try (StateAppender old = storage.create(header(1))) {
      old.publish();
      storage.create(header(2)).close();
      append(old, 0, 2);
    }
    same(expected(0, 2), found(storage, 1), "found");
    storage.create(header(3)).close();
    same(expected(0, 2), found(storage, 1), "found later");
  }

  private void freeSlot(StateStorage storage) throws Exception {
    try (StateAppender file = storage.create(header(1))) {
      file.publish();
      boolean grew = false;
      for (int i = 0; !grew; i++) {
        long before = slotCount(storage);
        // Near the end of a chunk, one at a time.
        append(file, i, i + 1);
        if (before - i < 4) {
          same(i + 1, found(storage, 1).size(), "notes");
        }
        grew = slotCount(storage) > before;
        if (!grew && before - i > 8) {
          int many = (int) (before - 8 - i);
          append(file, i + 1, i + 1 + many);
          i += many;
        }
      }
    }
  }

  private static long slotCount(StateStorage storage) throws IOException {
    try (StateReader reader = opened(storage)) {
      long[] count = {0};
      reader.notes((_, _, _) -> count[0]++);
      return count[0];
    }
  }

  private void manyNotes(StateStorage storage) throws Exception {
    try (StateAppender file = storage.create(header(1))) {
      append(file, 0, MANY_NOTES / 2);
      file.publish();
      for (int i = MANY_NOTES / 2; i < MANY_NOTES; i++) {
        append(file, i, i + 1);
        if (file.wantsRoom()) {
          file.makeRoom();
        }
        if (i % 20_000 == 0) {
          file.force();
        }
      }
    }
    same(expected(0, MANY_NOTES), found(storage, 1), "found");
  }

  private void wantsRoom(StateStorage storage) throws Exception {
    try (StateAppender file = storage.create(header(1))) {
      file.publish();
      long slots = slotCount(storage);
      append(file, 0, slots / 2);
      same(false, file.wantsRoom(), "wanted in the middle");
      append(file, slots / 2, slots / 2 + 2);
      same(true, file.wantsRoom(), "wanted behind the middle");
      file.makeRoom();
      same(false, file.wantsRoom(), "wanted when made");
      long withRoom = slotCount(storage);
      same(true, withRoom > slots, "room was made");
      file.makeRoom();
      same(withRoom, slotCount(storage), "slots when made twice");
      append(file, slots / 2 + 2, slots + 1);
      same(withRoom, slotCount(storage), "slots when the prepared room is used");
    }
  }

  private void readsBack(StateStorage storage) throws Exception {
    try (StateAppender file = storage.create(header(1))) {
      append(file, 0, MANY_NOTES);
      List<Note> notes = new ArrayList<>();
      file.copyTo(
          70_000, 70_003, (index, first, second) -> notes.add(new Note(index, first, second)));
      file.copyTo(MANY_NOTES - 1, MANY_NOTES, (i, f, s) -> notes.add(new Note(i, f, s)));
      file.copyTo(5, 5, (i, f, s) -> notes.add(new Note(i, f, s)));
      List<Note> wanted = expected(70_000, 70_003);
      wanted.addAll(expected(MANY_NOTES - 1, MANY_NOTES));
      same(wanted, notes, "read back");
    }
  }

  private void deleted(StateStorage storage) throws Exception {
    storage.delete();
    try (StateAppender file = storage.create(header(1))) {
      file.publish();
      storage.delete();
      same(null, storage.open(), "found");
      append(file, 0, 2);
      file.force();
    }
    same(null, storage.open(), "found after closing");
  }

  private void threads(StateStorage storage) throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    try (StateAppender file = storage.create(header(1))) {
      file.publish();
      CompletableFuture<Void> forces =
          whileNot(
              done,
              () -> {
                file.force();
                return file;
              });
      CompletableFuture<Void> rooms =
          whileNot(
              done,
              () -> {
                file.makeRoom();
                return file;
              });
      append(file, 0, 2 * MANY_NOTES);
      done.set(true);
      forces.get(60, TimeUnit.SECONDS);
      rooms.get(60, TimeUnit.SECONDS);
    }
    same(expected(0, 2 * MANY_NOTES), found(storage, 1), "found");
  }

  private static CompletableFuture<Void> whileNot(AtomicBoolean done, Callable<?> call) {
    CompletableFuture<Void> end = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(() -> {
          try {
            do {
              call.call();
            } while (!done.get());
            end.complete(null);
          } catch (Exception | Error e) {
            end.completeExceptionally(e);
          }
        });
    return end;
  }

  private void interrupted(StateStorage storage) throws Exception {
    Thread.currentThread().interrupt();
    StateAppender file;
    try {
      file = storage.create(header(1));
      append(file, 0, MANY_NOTES);
      file.makeRoom();
      file.force();
      file.copyTo(0, 10, (_, _, _) -> {});
      file.publish();
      file.force();
    } finally {
      same(true, Thread.interrupted(), "interrupted");
    }
    file.close();
    same(expected(0, MANY_NOTES), found(storage, 1), "found");
  }

  private void mistakes(StateStorage storage) throws Exception {
    try (StateAppender file = storage.create(header(1))) {
      refused(() -> {
        file.append(1, 0);
        return file;
      });
      same(0L, file.noteCount(), "notes");
    }
    refused(() -> storage.create(ByteBuffer.allocate(100)));
  }

  private void closedTwice(StateStorage storage) throws Exception {
    StateAppender file = storage.create(header(1));
    file.publish();
    file.close();
    file.close();
    same(List.of(), found(storage, 1), "found");
  }

  private static void refused(Callable<?> mistake) throws Exception {
    try {
      mistake.call();
    } catch (IllegalArgumentException e) {
      return;
    }
    throw new AssertionError("a mistake was accepted");
  }

  private static void same(@Nullable Object wanted, @Nullable Object found, String what) {
    if (!Objects.equals(wanted, found)) {
      throw new AssertionError(what + ": " + shown(found) + " instead of " + shown(wanted));
    }
  }

  private static String shown(@Nullable Object value) {
    return value instanceof List<?> list && list.size() > 20
        ? list.size() + " from " + list.getFirst() + " to " + list.getLast()
        : String.valueOf(value);
  }
}

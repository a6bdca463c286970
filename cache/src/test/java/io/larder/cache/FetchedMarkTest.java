package io.larder.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.CacheRig.Call;
import io.larder.cache.model.Status;
import io.larder.cache.model.StoreMode;
import io.larder.cache.model.Verb;
import io.larder.cache.stats.CacheCounter;
import io.larder.engine.stats.EngineCounter;
import io.larder.testkit.MemoryDevice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An item remembers that it has been read, and only that, wherever it goes. */
class FetchedMarkTest {
  private static final byte[] VALUE = "value".getBytes(UTF_8);

  private final CacheRig rig = CacheRig.of(32);
  private int filled;

  @AfterEach
  void close() {
    rig.close();
  }

  private void pushOut() {
    for (int i = 0; i < 1500; i++) {
      rig.set("filler" + filled++, new byte[2000]);
    }
    rig.settle();
  }

  /** The same for what has passed its probation: fillers that were read on flash pass it too. */
  private void pushOutOfMain() {
    for (int i = 0; i < 1200; i++) {
      rig.get("filler" + i);
      rig.set("filler" + i, new byte[2000]);
    }
    rig.settle();
  }

  private boolean hasBeenRead(String key) {
    Call look = new Call(Verb.READ, key);
    look.leavesNoTrace = true;
    rig.run(look);
    assertThat(look.status).isEqualTo(Status.HIT);
    return look.hitBefore;
  }

  @Test
  void addThatFindsAnItemOnFlashDoesNotReadIt() {
    rig.set("k", VALUE);
    pushOut();
    assertThat(rig.store(StoreMode.ADD, "k", VALUE)).isEqualTo(Status.NOT_STORED);
    assertThat(hasBeenRead("k")).isFalse();
  }

  @Test
  void itemReadOnFlashHasBeenReadWhenAChangeBringsItToRam() {
    rig.set("k", VALUE);
    pushOut();
    rig.get("k");
    Call invalidate = new Call(Verb.DELETE, "k");
    invalidate.invalidates = true;
    rig.run(invalidate);
    assertThat(hasBeenRead("k")).isTrue();
  }

  @Test
  void numberReadOnFlashHasBeenReadWhenItIsCountedUp() {
    rig.set("n", "1".getBytes(UTF_8));
    pushOut();
    rig.get("n");
    rig.incr("n", 1);
    assertThat(hasBeenRead("n")).isTrue();
  }

  @Test
  void itemReadWhileATouchIsUnderWayHasBeenRead() {
    rig.set("k", VALUE);
    pushOut();
    Call touch = new Call(Verb.READ, "k");
    touch.touches = true;
    touch.leavesNoTrace = true;
    rig.start(touch);

    rig.readElsewhere("k");
    rig.reads.completeAll();

    assertThat(touch.status).isEqualTo(Status.HIT);
    assertThat(touch.hitBefore).isTrue();
    assertThat(hasBeenRead("k")).isTrue();
  }

  @Test
  void itemThatReturnsToItsCopyOnFlashHasBeenRead() {
    rig.set("k", VALUE);
    pushOut();
    for (int i = 0; i < 20 && rig.count(CacheCounter.RECACHED) == 0; i++) {
      rig.get("k");
    }
    assertThat(rig.count(CacheCounter.RECACHED)).isEqualTo(1);
    pushOutOfMain();
    assertThat(rig.count(CacheCounter.DEMOTED_TO_TWIN)).isEqualTo(1);
    assertThat(hasBeenRead("k")).isTrue();
  }

  @Test
  void itemMovedToAnotherPageHasBeenRead() {
    rig.set("k", VALUE);
    pushOut();
    rig.get("k");
    for (int i = 0; i < 20 && rig.cache.get(EngineCounter.RECORDS_RESCUED) == 0; i++) {
      pushOut();
    }
    assertThat(rig.cache.get(EngineCounter.RECORDS_RESCUED)).isPositive();
    assertThat(hasBeenRead("k")).isTrue();
  }

  /** A large one takes a while to move, and who reads it meanwhile reads the copy that goes. */
  @Test
  void largeItemReadWhileItIsMovedToAnotherPageHasBeenRead() {
    byte[] large = new byte[100_000];
    rig.set("k", large);
    pushOut();
    rig.cache.tunables().setCompactUnderPages(40);
    for (int i = 0; i < filled; i++) {
      rig.delete("filler" + i);
    }
    rig.flashDevice().clearOperations();
    for (int i = 0; i < 100_000 && readCountOfAtLeast(large.length) == 0; i++) {
      if (!rig.work.runOne()) {
        rig.set("filler" + filled++, new byte[2000]);
      }
    }
    assertThat(rig.cache.get(EngineCounter.RECORDS_RESCUED)).as("moved as yet").isZero();
    rig.readElsewhere("k");

    rig.settle();
    assertThat(rig.cache.get(EngineCounter.RECORDS_RESCUED)).isPositive();
    assertThat(hasBeenRead("k")).isTrue();
  }

  /** It takes a while to get to flash as well; an add that finds it meanwhile reads nothing. */
  @Test
  void largeItemThatAnAddFindsOnItsWayToFlashHasNotBeenRead() {
    byte[] large = new byte[100_000];
    rig.set("k", large);
    int firstBlockBytes = 4096;
    for (int i = 0;
        i < 100_000 && countOf(MemoryDevice.Kind.WRITE, large.length - firstBlockBytes) == 0;
        i++) {
      if (!rig.work.runOne()) {
        rig.set("filler" + filled++, new byte[2000]);
      }
    }
    assertThat(rig.store(StoreMode.ADD, "k", VALUE)).isEqualTo(Status.NOT_STORED);

    rig.settle();
    assertThat(hasBeenRead("k")).isFalse();
    assertThat(rig.count(CacheCounter.FLASH_HITS)).as("it is on flash").isPositive();
  }

  private long readCountOfAtLeast(int bytes) {
    return countOf(MemoryDevice.Kind.READ, bytes);
  }

  private long countOf(MemoryDevice.Kind kind, int bytesMin) {
    return rig.flashDevice().operations(kind).stream()
        .filter(operation -> operation.lengthBytes() >= bytesMin)
        .count();
  }
}

package io.larder.tests.simulation.world;

/** What may happen next in a world. */
public enum Operation {
  /** A record is written, start to end. */
  PUT(30),
  /** Room is taken for a record, and nothing more as yet. */
  RESERVE(6),
  /** A record whose room was taken earlier is written. */
  COMMIT(8),
  /** Room that was taken earlier is not wanted after all. */
  ABANDON(2),
  /** Room is taken for a large record, which goes past the write buffers. */
  RESERVE_DIRECT(2),
  /** The owner of a large record hears what has become of it. */
  LAND_DIRECT(6),
  /** A read begins, under a lease. */
  READ(20),
  /** A read that is under way ends. */
  COMPLETE_READ(20),
  /** The lease of a read that has ended is returned. */
  RELEASE(12),
  /** An address is let go of. */
  FORGET(8),
  /** An address moves out of the index, to be remembered elsewhere. */
  MAKE_TWIN(3),
  /** An address that was remembered elsewhere is let go of. */
  FORGET_TWIN(2),
  /** An address that was remembered elsewhere comes back. */
  RETURN_TWIN(2),
  /** One piece of background work is done. */
  WORK(45),
  /** A little time passes. */
  TIME(8),
  /** A lot of time passes. */
  CLOCK_JUMP(1),
  /** The oldest page is asked for. */
  EVICT(1),
  /** Everything that is sealed is not wanted any more. */
  EVICT_SEALED(1),
  /** Everything unflushed is to go to the devices. */
  FINISH(1),
  /** Devices get older, and may lose a bit. */
  AGE(6),
  /** A device may be full for a while. */
  FILL_DEVICE(1),
  /** A device may be dead for a while. */
  KILL_DEVICE(1),
  /** The books are compared. */
  CHECK(2);

  private final int usualWeight;

  Operation(int usualWeight) {
    this.usualWeight = usualWeight;
  }

  /** How often it is drawn, against the others. */
  int usualWeight() {
    return usualWeight;
  }
}

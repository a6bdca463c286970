package io.larder.tests.simulation.device;

/**
 * Says when a process is killed: at the n-th place from now where that may happen.
 *
 * <p>Life: {@link #in} says when, {@link #place} strikes once, {@link #reborn} begins again.
 *
 * <p><b>Threads.</b> One.
 */
public final class Fate {
  /*
   * A killed process does nothing any more. Here its code still unwinds, and may meet a finally or a
   * close; so whatever it asks of devices and state file then is heard by nobody.
   */

  private static final long NEVER = Long.MAX_VALUE;

  private long placesLeft = NEVER;

  /** Only places whose names end like this are counted. */
  private String ending = "";

  private boolean struck;
  private long placeCount;
  private String where = "";
  private Runnable whenStruck = () -> {};

  /** What happens at once when it strikes. */
  public void whenStruck(Runnable atOnce) {
    whenStruck = atOnce;
  }

  /** It strikes at the {@code count}-th place from now; 1 is the next. */
  public void in(long count) {
    in(count, "");
  }

  /** As above, counting only places whose names end with {@code ending}. */
  public void in(long count, String ending) {
    placesLeft = count;
    this.ending = ending;
  }

  /** It does not strike. */
  public void spare() {
    placesLeft = NEVER;
  }

  /** Another process begins, which is not to be killed yet. */
  public void reborn() {
    struck = false;
    spare();
  }

  /** Whether the process has been killed. */
  public boolean hasStruck() {
    return struck;
  }

  /** Where it has struck last. */
  public String where() {
    return where;
  }

  /** Places at which processes might have been killed, so far. */
  public long placeCount() {
    return placeCount;
  }

  /** The process may be killed here. */
  public void place(String here) {
    if (comes(here)) {
      strike(here);
    }
  }

  /**
   * Whether the process is killed here; the caller then does what gets done, and {@link #strike}s.
   */
  boolean comes(String here) {
    if (struck) {
      return false;
    }
    placeCount++;
    if (placesLeft == NEVER || !here.endsWith(ending)) {
      return false;
    }
    placesLeft--;
    return placesLeft == 0;
  }

  /** Kills the process. */
  public void strike(String place) {
    struck = true;
    where = place;
    spare();
    whenStruck.run();
    throw new ProcessKilled(place);
  }

  /** Ends what a killed process would go on with if somebody has caught its end. */
  public void requireAlive() {
    if (struck) {
      throw new ProcessKilled("before");
    }
  }
}

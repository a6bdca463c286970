package io.larder.tests.simulation.model;

/** What a simulated machine does wrong, or out of turn. */
public enum FaultKind {
  /** A device refuses a read. */
  READ_ERROR("reads refused"),
  /** A device gives the front of what was asked for, and then its end. */
  SHORT_READ("reads cut short"),
  /** A device refuses a write, and nothing of it arrives. */
  WRITE_ERROR("writes refused"),
  /** A device refuses a write, and some blocks of it arrive all the same. */
  TORN_WRITE("writes torn and refused"),
  /** A device says that all of a write has arrived, and some blocks of it have not. */
  SILENTLY_TORN_WRITE("writes torn in silence"),
  /** A device puts a write somewhere else and says that all is well. */
  MISDIRECTED_WRITE("writes misdirected"),
  /** A bit that is stored turns over. */
  BIT_FLIP("bits flipped"),
  /** A device answers late, and everything else goes on meanwhile. */
  STALL("stalls"),
  /** Reads of one owner end in another order than they were begun. */
  REORDERED_COMPLETION("completions out of order"),
  /** A device has no room behind some offset any more, for a while. */
  DEVICE_FULL("writes refused for want of room"),
  /** A device refuses everything, for a while. */
  DEVICE_DEAD("calls of a dead device"),
  /** The clock goes ahead by up to a day at once. */
  CLOCK_JUMP("clock jumps");

  private final String plural;

  FaultKind(String plural) {
    this.plural = plural;
  }

  /** How a report calls a number of them. */
  public String plural() {
    return plural;
  }
}

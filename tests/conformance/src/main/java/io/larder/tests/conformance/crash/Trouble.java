package io.larder.tests.conformance.crash;

/** What happens between two lives of the server, or to its files. */
enum Trouble {
  NONE("nothing", Then.KEPT),
  STATE_CUT("the state file is cut short", Then.EMPTY),
  STATE_BIT("a bit of the state file is flipped", Then.EMPTY),
  STATE_GONE("the state file is removed", Then.EMPTY),
  STATE_FULL("the file system of the state file is full", Then.EITHER),
  PAGE_BITS("bits of flash are flipped", Then.KEPT),
  FLASH_ZEROS("the flash file is replaced by zeros", Then.NOTHING_SERVED),
  FRESH("--fresh", Then.EMPTY),
  DEVICE_ADDED("a second device is added", Then.KEPT),
  DEVICES_IN_OTHER_ORDER("two devices are named in the other order", Then.EITHER),
  DEVICES_SWAPPED("the files of two devices are swapped", Then.EITHER),
  DEVICE_RESIZED("the second device is made smaller", Then.KEPT),
  DEVICE_REMOVED("the second device is removed", Then.KEPT);

  /** What is to be found on flash afterwards. */
  enum Then {
    KEPT,
    /** Nothing, and the start-up line says why. */
    EMPTY,
    NOTHING_SERVED,
    EITHER
  }

  private final String words;
  private final Then then;

  Trouble(String words, Then then) {
    this.words = words;
    this.then = then;
  }

  String words() {
    return words;
  }

  /** Whether a server must know options for it. */
  boolean needsOptions() {
    return this == STATE_FULL || this == FRESH || this == DEVICES_IN_OTHER_ORDER;
  }

  /** Whether the server cannot know any more which CAS uniques it has given. */
  boolean losesState() {
    return this == FRESH || name().startsWith("STATE_");
  }

  Then then() {
    return then;
  }
}

package io.larder.bench.overload;

/** A way to ask too much. */
@SuppressWarnings("ImmutableEnumChecker") // Plain words.
public enum Scene {
  sets("sets of more than the device takes", "set=100"),
  gets("gets of what is on flash, more than the device reads", "get=100"),
  both("both at once", "get=50,set=50");

  private final String about;
  private final String mix;

  Scene(String about, String mix) {
    this.about = about;
    this.mix = mix;
  }

  /** In a few words, for the table. */
  public String about() {
    return about;
  }

  String mix() {
    return mix;
  }

  boolean hasGets() {
    return this != sets;
  }
}

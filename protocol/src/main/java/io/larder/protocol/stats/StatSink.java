package io.larder.protocol.stats;

/** Takes the lines of a {@code stats} reply as they are made. */
public interface StatSink {

  /** Writes {@code STAT name value}. */
  void stat(String name, String value);

  /** Writes {@code STAT name value}. */
  default void stat(String name, long value) {
    stat(name, Long.toString(value));
  }

  /** Writes a line that is no {@code STAT}, without its line end. */
  void line(String line);
}

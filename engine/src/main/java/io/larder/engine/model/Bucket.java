package io.larder.engine.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A stream of writes that shares an open page; and, as a <em>free bucket</em>, the devices whose
 * pages are kept for that stream.
 *
 * <p>{@code chunked} is another word for {@link #DEFAULT}: Larder does not chunk.
 */
public enum Bucket {
  /** What RAM demotes. */
  DEFAULT(0),
  /** What reclaim rescues from pages that are given up. */
  COMPACT(1),
  /** What will expire soon, so that its pages die whole: the lowest band of remaining life. */
  LOWTTL(3),
  /** Rescued, but cold. */
  COLDCOMPACT(4),
  /** Rescued to a device of its own for old data. */
  OLD(5),
  /** The band of remaining life above the lowest. Larder's own; extstore has no such number. */
  MIDTTL(6),
  /** The band of remaining life below what lives long. Larder's own. */
  HIGHTTL(7);

  private static final String CHUNKED = "chunked";

  private final int number;

  Bucket(int number) {
    this.number = number;
  }

  /**
   * The number by which page headers and statistics know it: extstore's, which has 2 for chunked.
   */
  public int number() {
    return number;
  }

  /** The bucket with this number; the default one if a later Larder has written another. */
  public static Bucket numbered(int number) {
    return Arrays.stream(values())
        .filter(bucket -> bucket.number == number)
        .findFirst()
        .orElse(DEFAULT);
  }

  /** As options and statistics write it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The bucket that is written {@code word}, in any case; empty if there is none. */
  public static Optional<Bucket> of(String word) {
    String plain = word.toLowerCase(Locale.ROOT);
    return plain.equals(CHUNKED)
        ? Optional.of(DEFAULT)
        : Arrays.stream(values()).filter(bucket -> bucket.word().equals(plain)).findFirst();
  }

  /** The free buckets it takes pages from, its own first. */
  public List<Bucket> usable() {
    return this == DEFAULT ? List.of(DEFAULT) : List.of(this, DEFAULT);
  }

  /** Whether live records of its pages may be moved elsewhere when the page is given up. */
  public boolean isCompacted() {
    // They have little life left: a second write would outlive what it saved.
    return this != LOWTTL;
  }

  /** Whether it is filled with what was moved from pages that are given up. */
  public boolean isForRescues() {
    return this == COMPACT || isLastStop();
  }

  /**
   * Whether what is on its pages has been moved once for want of readers: when such a page is the
   * oldest, nothing on it is moved again.
   */
  public boolean isLastStop() {
    return this == COLDCOMPACT || this == OLD;
  }
}

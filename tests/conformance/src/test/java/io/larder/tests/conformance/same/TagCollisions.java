package io.larder.tests.conformance.same;

import static java.util.Objects.requireNonNull;

import io.larder.cache.index.KeyHash;
import io.larder.engine.layout.HeaderLayout;
import io.larder.engine.layout.PageGeometry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether a loss is the one that Larder allows itself: a plain set of a new key takes every slot of
 * its tag on flash without reading it, and one in many thousands is another key's.
 *
 * <p>The two keys then agree in the bits of their hash that say the shard, the first bucket and the
 * tag, and whoever knows the seed of the hash can tell.
 *
 * <p><b>Threads.</b> Confined to one.
 */
final class TagCollisions {
  /** Six of the shard, the fewest that a bucket has, five, and eighteen of the tag. */
  private static final int BITS = 6 + 5 + 18;

  private final KeyHash hash;

  private TagCollisions(KeyHash hash) {
    this.hash = hash;
  }

  /**
   * Those of the store that has this file.
   *
   * @param flash its first page has been written
   */
  static TagCollisions in(Path flash) {
    try (InputStream in = Files.newInputStream(flash)) {
      MemorySegment header = MemorySegment.ofArray(in.readNBytes(PageGeometry.HEADER_BYTES));
      if (!HeaderLayout.isHeader(header, 0)) {
        throw new IllegalStateException(flash + " does not begin with a page");
      }
      return new TagCollisions(new KeyHash(HeaderLayout.hashSeed(header, 0)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Two keys, of which a plain set of the second takes the slot of the first. */
  record Pair(String lost, String taker) {}

  /** The first pair of one of these and one of those, if there is any. */
  Optional<Pair> among(Collection<String> lost, Stream<String> stored) {
    Map<Long, String> places = new HashMap<>();
    lost.forEach(key -> places.put(place(key), key));
    return stored
        .filter(key -> !key.equals(places.getOrDefault(place(key), key)))
        .findFirst()
        .map(key -> new Pair(requireNonNull(places.get(place(key))), key));
  }

  private long place(String key) {
    byte[] bytes = Bytes.of(key);
    return hash.of(MemorySegment.ofArray(bytes), 0, bytes.length) & ((1L << BITS) - 1);
  }
}

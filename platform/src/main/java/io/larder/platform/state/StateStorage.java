package io.larder.platform.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where one state file is kept: a header and, behind it, notes of 16 bytes.
 *
 * <p>At most one file is published, which is the one that {@link #open} finds. A new one is made
 * beside it and takes its place in one piece when it is complete.
 *
 * <p><b>Threads.</b> One at a time; what is opened or created has rules of its own.
 */
public interface StateStorage {
  /** Bytes of the header, in front of the first note. */
  int HEADER_BYTES = 4096;

  /** Bytes of one note: two longs, little endian. */
  int NOTE_BYTES = 16;

  /** The path, for messages. */
  String name();

  /** The published file; null when there is none. */
  @Nullable StateReader open() throws IOException;

  /**
   * Makes a new, unpublished file. It takes the place of another unpublished one that an earlier
   * process left.
   *
   * @param header {@link #HEADER_BYTES} bytes, with which the file starts
   */
  StateAppender create(ByteBuffer header) throws IOException;

  /**
   * Takes the published file away, for good: not even a loss of power brings it back. No error when
   * there is none.
   */
  void delete() throws IOException;
}

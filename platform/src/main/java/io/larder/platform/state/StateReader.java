package io.larder.platform.state;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A published state file, read from front to back.
 *
 * <p><b>Threads.</b> One.
 */
public interface StateReader extends AutoCloseable {
  /** The first {@link StateStorage#HEADER_BYTES} bytes; what the file lacks of them is zero. */
  ByteBuffer header();

  /** Shows every whole slot of 16 bytes behind the header, in order, those that are zero too. */
  void notes(NoteVisitor visitor) throws IOException;

  @Override
  void close() throws IOException;

  /** Is shown notes. */
  @FunctionalInterface
  interface NoteVisitor {
    /**
     * One note.
     *
     * @param index how many notes stand before it in its file
     */
    void note(long index, long first, long second);
  }
}

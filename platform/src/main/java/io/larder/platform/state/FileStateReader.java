package io.larder.platform.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/** Reads a state file by plain reads: one that is cut off under a mapping would end the process. */
final class FileStateReader implements StateReader {
  private final FileChannel channel;
  private final ByteBuffer header = ByteBuffer.allocate(StateStorage.HEADER_BYTES);

  /** Reads the header of {@code channel}, which it closes in the end. */
  FileStateReader(FileChannel channel) throws IOException {
    this.channel = channel;
    long position = 0;
    while (header.hasRemaining()) {
      int read = channel.read(header, position);
      if (read <= 0) {
        break;
      }
      position += read;
    }
    header.clear().order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public ByteBuffer header() {
    return header.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public void notes(NoteVisitor visitor) throws IOException {
    readNotes(channel, 0, Long.MAX_VALUE, visitor);
  }

  /** Shows the notes from one index to before another, or to the end of the file. */
  static void readNotes(FileChannel channel, long fromIndex, long toIndex, NoteVisitor visitor)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    long position = StateStorage.HEADER_BYTES + fromIndex * StateStorage.NOTE_BYTES;
    long index = fromIndex;
    while (index < toIndex) {
      int read = channel.read(buffer, position);
      if (read <= 0) {
        return;
      }
      position += read;
      buffer.flip();
      while (buffer.remaining() >= StateStorage.NOTE_BYTES && index < toIndex) {
        visitor.note(index, buffer.getLong(), buffer.getLong());
        index++;
      }
      buffer.compact();
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

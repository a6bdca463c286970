package io.larder.bench.trace;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** The bytes of a file as they were before it was packed; how it is packed, its name says. */
final class Unpacked {
  private Unpacked() {}

  /** Opens a file; {@code .gz} is unpacked here, {@code .xz} and {@code .zst} by their programs. */
  static InputStream open(Path path) throws IOException {
    String name = path.toString();
    if (name.endsWith(".gz")) {
      return new GZIPInputStream(Files.newInputStream(path), 1 << 16);
    }
    if (name.endsWith(".xz")) {
      return new ProgramOutput("xz", path);
    }
    if (name.endsWith(".zst")) {
      return new ProgramOutput("zstd", path);
    }
    return Files.newInputStream(path);
  }

  /** What a program writes that unpacks a file to its standard output. */
  private static final class ProgramOutput extends FilterInputStream {
    private final Process process;
    private final String program;
    private final Path path;
    private boolean ended;

    ProgramOutput(String program, Path path) throws IOException {
      this(start(program, path), program, path);
    }

    private ProgramOutput(Process process, String program, Path path) {
      super(process.getInputStream());
      this.process = process;
      this.program = program;
      this.path = path;
    }

    private static Process start(String program, Path path) throws IOException {
      try {
        return new ProcessBuilder(program, "-dc", path.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
      } catch (IOException e) {
        throw new IOException(
            "cannot start " + program + ", which unpacks " + path + "; install it or unpack first",
            e);
      }
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      if (value < 0) {
        checkEnd();
      }
      return value;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = super.read(target, offset, length);
      if (count < 0) {
        checkEnd();
      }
      return count;
    }

    /** A damaged file must not pass for a short one. */
    private void checkEnd() throws IOException {
      if (ended) {
        return;
      }
      ended = true;
      try {
        int code = process.waitFor();
        if (code != 0) {
          throw new IOException(
              program + " cannot unpack " + path + " (it ended with " + code + ")");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while unpacking " + path, e);
      }
    }

    @Override
    public void close() throws IOException {
      super.close();
      process.destroy();
    }
  }
}

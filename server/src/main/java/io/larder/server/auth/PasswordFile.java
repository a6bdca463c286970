package io.larder.server.auth;

import io.larder.protocol.auth.Passwords;
import io.larder.server.model.ExitCode;
import io.larder.server.model.StartException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of lines {@code user:password}.
 *
 * <p>It is held in memory. {@link #reload} reads it again; a file for SASL is also read again when
 * it has changed, as memcached does. A file that cannot be read or understood any more changes
 * nothing.
 *
 * <p><b>Threads.</b> Any.
 */
public final class PasswordFile implements Passwords {
  private static final Logger LOG = LoggerFactory.getLogger(PasswordFile.class);

  /** The most lines of a file for the text protocol, as in memcached. */
  private static final int ENTRIES_MAX = 8;

  /** The longest line, as in memcached. */
  private static final int LINE_BYTES_MAX = 255;

  /** Which file it is: they differ in where a password ends and when they are read. */
  public enum Kind {
    /** For SASL: a second colon ends the password. */
    SASL,
    /** For the text protocol: the password takes the rest of its line. */
    TEXT
  }

  private static final class Entry {
    private final byte[] user;
    private final byte[] password;

    Entry(byte[] user, byte[] password) {
      this.user = user;
      this.password = password;
    }

    /** Always compares both, so that the time it takes does not say whether the name was right. */
    @SuppressWarnings("ShortCircuitBoolean")
    boolean is(byte[] otherUser, byte[] otherPassword) {
      return MessageDigest.isEqual(otherUser, user)
          & MessageDigest.isEqual(otherPassword, password);
    }
  }

  private record Content(List<Entry> entries, FileTime modified, long bytes) {}

  private final Path path;
  private final Kind kind;
  private volatile Content content;

  private PasswordFile(Path path, Kind kind, Content content) {
    this.path = path;
    this.kind = kind;
    this.content = content;
  }

  /** Reads {@code path}. */
  public static PasswordFile read(Path path, Kind kind) throws StartException {
    try {
      return new PasswordFile(path, kind, contentOf(path, kind));
    } catch (IOException e) {
      throw new StartException(ExitCode.SYSTEM, problem(path, e));
    }
  }

  /** Reads the file again. */
  public void reload() {
    try {
      content = contentOf(path, kind);
    } catch (IOException e) {
      LOG.warn("{} The passwords stay as they were.", problem(path, e));
    }
  }

  private static String problem(Path path, IOException e) {
    String why = e instanceof FileSystemException ? e.toString() : e.getMessage();
    return "The password file %s cannot be used: %s; write lines of the form user:password."
        .formatted(path, why);
  }

  private static Content contentOf(Path path, Kind kind) throws IOException {
    FileTime modified = Files.getLastModifiedTime(path);
    String text = Files.readString(path, StandardCharsets.ISO_8859_1);
    List<Entry> entries = new ArrayList<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (!line.isEmpty()) {
        entries.add(entry(line, number, kind));
      }
    }
    if (kind == Kind.TEXT && entries.size() > ENTRIES_MAX) {
      LOG.warn("{}: only the first {} users may come in", path, ENTRIES_MAX);
      entries.subList(ENTRIES_MAX, entries.size()).clear();
    }
    return new Content(List.copyOf(entries), modified, text.length());
  }

  private static Entry entry(String line, int number, Kind kind) throws IOException {
    int colon = line.indexOf(':');
    if (colon < 0) {
      throw new IOException("line " + number + " has no colon");
    }
    if (line.length() > LINE_BYTES_MAX) {
      throw new IOException("line " + number + " is longer than " + LINE_BYTES_MAX + " bytes");
    }
    int second = kind == Kind.SASL ? line.indexOf(':', colon + 1) : -1;
    int end = second < 0 ? line.length() : second;
    return new Entry(bytes(line.substring(0, colon)), bytes(line.substring(colon + 1, end)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public boolean match(byte[] user, byte[] password) {
    if (kind == Kind.SASL && hasChanged()) {
      reload();
    }
    boolean found = false;
    for (Entry entry : content.entries()) {
      found = entry.is(user, password) || found;
    }
    return found;
  }

  private boolean hasChanged() {
    Content known = content;
    try {
      return !Files.getLastModifiedTime(path).equals(known.modified())
          || Files.size(path) != known.bytes();
    } catch (IOException e) {
      return true;
    }
  }
}

package io.larder.protocol.auth;

import io.larder.protocol.parse.Scan;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A name and a password, taken out of what a client sent. Not for logs.
 *
 * <p><b>Threads.</b> Confined to the loop of the client.
 */
public final class Credentials {
  private final byte[] user;
  private final byte[] password;

  private Credentials(byte[] user, byte[] password) {
    this.user = user;
    this.password = password;
  }

  /** {@code user}, a space, and the password, which may hold more of them; null without a space. */
  public static @Nullable Credentials ofLine(MemorySegment memory, long from, long end) {
    long space = Scan.indexOf(memory, ' ', from, end);
    return space < 0 ? null : of(memory, from, space, space + 1, end);
  }

  /**
   * SASL's mechanism {@code PLAIN}: whom to act as, a NUL, the user, a NUL, the password; null if
   * it is something else. Whom to act as has no meaning here.
   */
  public static @Nullable Credentials ofPlain(MemorySegment memory, long from, long end) {
    long first = Scan.indexOf(memory, '\0', from, end);
    long second = first < 0 ? -1 : Scan.indexOf(memory, '\0', first + 1, end);
    return second < 0 ? null : of(memory, first + 1, second, second + 1, end);
  }

  /** Whether {@code passwords} know them. */
  public boolean areIn(Passwords passwords) {
    return passwords.match(user, password);
  }

  private static Credentials of(
      MemorySegment memory, long user, long userEnd, long password, long passwordEnd) {
    return new Credentials(bytes(memory, user, userEnd), bytes(memory, password, passwordEnd));
  }

  private static byte[] bytes(MemorySegment memory, long from, long end) {
    return memory.asSlice(from, end - from).toArray(ValueLayout.JAVA_BYTE);
  }
}

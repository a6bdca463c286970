package io.larder.protocol;

import io.larder.protocol.auth.Credentials;
import io.larder.protocol.auth.Passwords;
import io.larder.protocol.parse.Numbers;
import io.larder.protocol.parse.Scan;
import io.larder.protocol.parse.Tokens;
import io.larder.protocol.reply.Text;
import io.larder.protocol.stats.CounterSet;
import io.larder.protocol.stats.ProtocolCounter;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What a client may say before it is known: {@code set} with name and password as its value. Key,
 * flags and expiry are of no account, and nothing is stored.
 *
 * <p><b>Threads.</b> Confined to its loop.
 */
final class LineLogin {
  private static final Text UNAUTHENTICATED = Text.line("CLIENT_ERROR unauthenticated");
  private static final Text TOO_LONG = Text.line("CLIENT_ERROR auth token too long");
  private static final Text BAD_END = Text.line("CLIENT_ERROR bad command line termination");
  private static final Text BAD_FORMAT = Text.line("CLIENT_ERROR bad authentication token format");
  private static final Text FAILED = Text.line("CLIENT_ERROR authentication failure");
  private static final Text STORED = Text.line("STORED");

  /** Tokens of {@code set key flags expiry length}. */
  private static final int TOKENS_MIN = 5;

  private static final int LENGTH_TOKEN = 4;

  /** A name and a password, with what is between them and behind. */
  private static final int TOKEN_BYTES_MAX = 512;

  private final @Nullable Passwords passwords;
  private final CounterSet counters;
  private final Tokens tokens = new Tokens();
  private final Numbers numbers = new Numbers();

  LineLogin(@Nullable Passwords passwords, CounterSet counters) {
    this.passwords = passwords;
    this.counters = counters;
  }

  /** Reads the line at {@code at} of a client that is not known yet. */
  long line(ProtocolSession session, MemorySegment input, long at, long limit) {
    long newline = Scan.indexOf(input, '\n', at, limit);
    if (newline < 0) {
      return CommandPath.INCOMPLETE;
    }
    long end = newline > at && Scan.byteAt(input, newline - 1) == '\r' ? newline - 1 : newline;
    tokens.cut(input, at, end);
    if (tokens.count() < TOKENS_MIN
        || !tokens.is(0, "set")
        || !numbers.unsigned32(input, tokens.start(LENGTH_TOKEN), tokens.end(LENGTH_TOKEN))) {
      session.replies().append(UNAUTHENTICATED);
    } else if (numbers.value() > TOKEN_BYTES_MAX) {
      session.replies().append(TOO_LONG);
      session.stopReading();
    } else {
      session.loginBytes = (int) numbers.value() + CommandPath.LINE_END_BYTES;
      session.reading = ProtocolSession.Reading.LOGIN;
    }
    return newline + 1;
  }

  /** Reads name and password, if they are complete at {@code at}. */
  long value(ProtocolSession session, MemorySegment input, long at, long limit) {
    long end = at + session.loginBytes;
    if (end > limit) {
      return CommandPath.INCOMPLETE;
    }
    session.reading = ProtocolSession.Reading.LINE;
    session.replies().append(answer(session, input, at, end - CommandPath.LINE_END_BYTES));
    return end;
  }

  private Text answer(ProtocolSession session, MemorySegment input, long at, long end) {
    if (Scan.byteAt(input, end) != '\r' || Scan.byteAt(input, end + 1) != '\n') {
      return BAD_END;
    }
    Credentials credentials = Credentials.ofLine(input, at, end);
    if (credentials == null) {
      return BAD_FORMAT;
    }
    counters.increment(ProtocolCounter.AUTH_CMDS);
    if (passwords == null || !credentials.areIn(passwords)) {
      counters.increment(ProtocolCounter.AUTH_ERRORS);
      return FAILED;
    }
    session.authenticated = true;
    return STORED;
  }
}

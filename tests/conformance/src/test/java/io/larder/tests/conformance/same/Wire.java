package io.larder.tests.conformance.same;

import io.larder.tests.conformance.process.ServerProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends bytes to a server and takes what comes back.
 *
 * <p>A client says that it has finished by closing its half of the connection; the server answers
 * what is complete and closes the other half. So the end of an answer is known without looking into
 * it, whatever state a command has left the connection in.
 */
final class Wire {
  private static final int ANSWER_SECONDS_MAX = 20;

  /** More than this is not sent byte by byte. */
  private static final int SLOW_BYTES_MAX = 1000;

  private static final long PIECE_PAUSE_NANOS = 20_000;

  private Wire() {}

  /** How bytes are cut on their way. */
  enum Pace {
    /** All at once. */
    WHOLE,
    /** At places that a seed decides. */
    PIECES,
    /** One by one. */
    BYTE_BY_BYTE
  }

  /** Everything that a server answers to {@code bytes} on a connection of their own. */
  static byte[] ask(ServerProcess server, byte[] bytes, Pace pace, long seed) {
    try (Socket socket = server.connect()) {
      CompletableFuture<byte[]> answer = new CompletableFuture<>();
      Thread.startVirtualThread(() -> read(socket, answer));
      send(socket, bytes, pace, seed);
      return answer.get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "no end of the answer after %d s to %s; %s"
              .formatted(ANSWER_SECONDS_MAX, Bytes.show(bytes), server.diagnosis()),
          e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("no answer to " + Bytes.show(bytes), e);
    }
  }

  private static void send(Socket socket, byte[] bytes, Pace wanted, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Pace pace = bytes.length > SLOW_BYTES_MAX && wanted == Pace.BYTE_BY_BYTE ? Pace.PIECES : wanted;
    try {
      OutputStream out = socket.getOutputStream();
      int at = 0;
      while (at < bytes.length) {
        int piece =
            switch (pace) {
              case WHOLE -> bytes.length;
              case PIECES -> 1 + random.nextInt(Math.max(1, bytes.length / 4));
              case BYTE_BY_BYTE -> 1;
            };
        int end = Math.min(bytes.length, at + piece);
        out.write(bytes, at, end - at);
        at = end;
        if (at < bytes.length) {
          LockSupport.parkNanos(PIECE_PAUSE_NANOS);
        }
      }
      socket.shutdownOutput();
    } catch (IOException e) {
      // The server has closed the connection; what it said before that is the answer.
    }
  }

  private static void read(Socket socket, CompletableFuture<byte[]> answer) {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    try {
      InputStream in = socket.getInputStream();
      byte[] buffer = new byte[16 * 1024];
      int length;
      while ((length = in.read(buffer)) >= 0) {
        read.write(buffer, 0, length);
      }
      answer.complete(read.toByteArray());
    } catch (SocketTimeoutException e) {
      answer.completeExceptionally(e);
    } catch (IOException e) {
      // Closed with bytes unread: an end like any other.
      answer.complete(read.toByteArray());
    }
  }
}

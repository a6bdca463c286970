package io.larder.bench.certify;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for what another thread does, and passes on what went wrong there. */
final class Waited {
  private Waited() {}

  static <T> T forResult(CompletableFuture<T> result, double seconds, String otherwise)
      throws IOException {
    try {
      return result.get((long) (seconds * 1e9), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (TimeoutException e) {
      throw new IOException(otherwise + " for " + Math.round(seconds) + " seconds", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw cause instanceof IOException refused
          ? new IOException(refused.getMessage(), refused)
          : new IOException(String.valueOf(cause), cause);
    }
  }
}

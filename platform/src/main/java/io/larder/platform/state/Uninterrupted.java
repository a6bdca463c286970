package io.larder.platform.state;

import java.io.IOException;

/** Keeps an interrupt away from a channel, which would be closed by it, and passes it on after. */
final class Uninterrupted {
  private Uninterrupted() {}

  /** What uses a channel. */
  @FunctionalInterface
  interface Call<T> {
    T run() throws IOException;
  }

  static <T> T call(Call<T> call) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      return call.run();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

package io.larder.protocol.command;

import io.larder.cache.model.ItemView;
import io.larder.cache.model.Request;
import io.larder.cache.model.Status;
import io.larder.cache.model.StoreMode;
import io.larder.cache.model.Verb;
import io.larder.cache.record.RecordLayout;
import io.larder.cache.stats.Departure;
import io.larder.cache.stats.SlabClasses;
import io.larder.protocol.watch.WatchTopic;
import io.larder.protocol.watch.WorkerLog;
import org.jspecify.annotations.Nullable;

/**
 * From the cache's answer to what watchers are told of it.
 *
 * <p>As {@link AnswerPath}, it may run under a lock of the cache.
 *
 * <p><b>Threads.</b> Stateless.
 */
final class WatchPath {
  /** What of a request can be told at all. */
  static final int TOPICS =
      WatchTopic.FETCHERS.bit() | WatchTopic.MUTATIONS.bit() | WatchTopic.DELETIONS.bit();

  private WatchPath() {}

  static void tell(Command command, Status status, ItemView item, WorkerLog log) {
    if (command.form == ReplyForm.SILENT) {
      // A piece of another command, of which the client does not know.
      return;
    }
    if (log.hears(WatchTopic.FETCHERS.bit())) {
      fetched(command, status, item, log);
    }
    if (log.hears(WatchTopic.MUTATIONS.bit())) {
      stored(command, status, item, log);
    }
    if (log.hears(WatchTopic.DELETIONS.bit()) && isRemoval(command, status)) {
      log.deleted(
          command.keyMemory,
          command.keyOffset,
          command.keyLength,
          command.form == ReplyForm.META_DELETE ? "md" : "delete",
          command.slabClass,
          command.foundValueLength);
    }
  }

  private static boolean isRemoval(Command command, Status status) {
    return status == Status.DELETED && !command.invalidates && !command.clearsValue;
  }

  private static void fetched(Command command, Status status, ItemView item, WorkerLog log) {
    int valueBytes = Request.NOTHING_FOUND;
    String notFound = "not_found";
    if (command.verb == Verb.READ) {
      if (status == Status.HIT && !command.made) {
        valueBytes = item.valueLength();
      } else if (status == Status.MISS) {
        notFound = why(command.foundDead);
      }
    } else {
      if (isPlainSet(command)) {
        // It looks for nothing.
        return;
      }
      valueBytes = command.foundValueLength;
    }
    boolean found = valueBytes != Request.NOTHING_FOUND;
    log.fetched(
        command.keyMemory,
        command.keyOffset,
        command.keyLength,
        found ? "found" : notFound,
        found ? command.slabClass : 0,
        command.client,
        Math.max(0, valueBytes));
  }

  private static boolean isPlainSet(Command command) {
    return command.verb == Verb.STORE && command.mode == StoreMode.SET && !command.comparesCas;
  }

  private static String why(@Nullable Departure foundDead) {
    if (foundDead == null) {
      return "not_found";
    }
    return foundDead == Departure.EXPIRED ? "expired" : "flushed";
  }

  private static void stored(Command command, Status status, ItemView item, WorkerLog log) {
    boolean made = command.verb == Verb.ARITHMETIC && command.made;
    if (command.verb != Verb.STORE && !made) {
      return;
    }
    boolean isStored = status == Status.STORED || made;
    int valueBytes = isStored ? item.valueLength() : command.valueLength;
    long expiry = isStored ? item.expirySeconds() : command.expirySeconds;
    tellStored(command, isStored ? "stored" : refusal(status), expiry, valueBytes, log);
  }

  /** A store that was refused before the cache was asked. */
  static void refused(Command store, String status, WorkerLog log) {
    if (store.form != ReplyForm.SILENT && log.hears(WatchTopic.MUTATIONS.bit())) {
      tellStored(store, status, store.expirySeconds, store.valueLength, log);
    }
  }

  private static void tellStored(
      Command command, String status, long expirySeconds, int valueBytes, WorkerLog log) {
    log.stored(
        command.keyMemory,
        command.keyOffset,
        command.keyLength,
        status,
        word(command),
        expirySeconds,
        slabClass(command.keyLength, valueBytes),
        command.client,
        valueBytes);
  }

  private static String refusal(Status status) {
    return switch (status) {
      case EXISTS -> "exists";
      case NOT_FOUND -> "not_found";
      case TOO_LARGE -> "too_large";
      case NO_MEMORY -> "no_memory";
      default -> "not_stored";
    };
  }

  /** The command, by the words that memcached has for it. */
  private static String word(Command command) {
    if (command.verb == Verb.ARITHMETIC) {
      return "add";
    }
    return switch (command.mode) {
      case ADD -> "add";
      case APPEND -> "append";
      case PREPEND -> "prepend";
      case REPLACE -> command.comparesCas ? "cas" : "replace";
      case SET -> command.comparesCas ? "cas" : "set";
    };
  }

  private static int slabClass(int keyLength, int valueBytes) {
    return SlabClasses.of(RecordLayout.recordBytes(keyLength, Math.max(0, valueBytes), 0));
  }
}

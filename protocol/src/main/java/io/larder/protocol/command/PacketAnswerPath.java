package io.larder.protocol.command;

import io.larder.cache.model.ItemView;
import io.larder.cache.model.Status;
import io.larder.cache.model.StoreMode;
import io.larder.protocol.binary.PacketLayout;
import io.larder.protocol.binary.PacketReply;
import io.larder.protocol.binary.PacketStatus;
import io.larder.protocol.reply.ReplyChain;
import io.larder.protocol.stats.CounterSet;

/**
 * From the cache's answer to a packet of the binary protocol; see {@link AnswerPath}.
 *
 * <p><b>Threads.</b> Stateless.
 */
final class PacketAnswerPath {
  /*
   * Quiet commands say nothing when all is well, and memcached's meaning of well is kept: a quiet
   * get is silent about a miss only, any other quiet command about a success only.
   */

  private static final int FLAGS_BYTES = Integer.BYTES;

  private PacketAnswerPath() {}

  // --- values

  static void value(
      Command command, Status status, ItemView item, ReplyChain out, CounterSet counters) {
    boolean hit = status == Status.HIT;
    AnswerPath.countRead(command, command.touches, hit, counters);
    if (hit) {
      found(command, item, out);
    } else if (!command.quiet) {
      missed(command, out);
    }
  }

  private static void found(Command command, ItemView item, ReplyChain out) {
    int keyLength = command.repeatsKey ? item.keyLength() : 0;
    int valueLength = command.wantsValue ? item.valueLength() : 0;
    out.reserve(PacketLayout.HEADER_BYTES + FLAGS_BYTES + keyLength, valueLength);
    PacketReply.header(
        out,
        command.opcode,
        command.opaque,
        PacketStatus.OK,
        FLAGS_BYTES,
        keyLength,
        FLAGS_BYTES + keyLength + valueLength,
        item.cas());
    out.putInt(Integer.reverseBytes(item.flags()));
    if (keyLength > 0) {
      out.put(item.memory(), item.keyOffset(), keyLength);
    }
    if (valueLength > 0) {
      out.append(item.memory(), item.valueOffset(), valueLength);
    }
  }

  private static void missed(Command command, ReplyChain out) {
    if (!command.repeatsKey) {
      error(command, PacketStatus.NOT_FOUND, out);
      return;
    }
    int keyLength = command.keyLength;
    out.reserve(PacketLayout.HEADER_BYTES + keyLength);
    PacketReply.header(
        out, command.opcode, command.opaque, PacketStatus.NOT_FOUND, 0, keyLength, keyLength, 0);
    out.put(command.keyMemory, command.keyOffset, keyLength);
  }

  // --- changes

  static void stored(
      Command command, Status status, ItemView item, ReplyChain out, CounterSet counters) {
    AnswerPath.countStore(command, status, counters);
    if (status == Status.STORED) {
      done(command, item.cas(), out);
    } else {
      error(command, storeRefusal(command, status), out);
    }
  }

  private static PacketStatus storeRefusal(Command command, Status status) {
    return switch (status) {
      case EXISTS -> PacketStatus.EXISTS;
      case NOT_FOUND -> PacketStatus.NOT_FOUND;
      case TOO_LARGE -> PacketStatus.TOO_LARGE;
      case NO_MEMORY -> PacketStatus.NO_MEMORY;
      default ->
          command.mode == StoreMode.ADD
              ? PacketStatus.EXISTS
              : command.mode == StoreMode.REPLACE
                  ? PacketStatus.NOT_FOUND
                  : PacketStatus.NOT_STORED;
    };
  }

  static void deleted(Command command, Status status, ReplyChain out, CounterSet counters) {
    switch (status) {
      case DELETED -> {
        AnswerPath.countDelete(command, status, counters);
        done(command, 0, out);
      }
      case EXISTS -> error(command, PacketStatus.EXISTS, out);
      default -> {
        AnswerPath.countDelete(command, status, counters);
        error(command, PacketStatus.NOT_FOUND, out);
      }
    }
  }

  static void number(
      Command command, Status status, ItemView item, ReplyChain out, CounterSet counters) {
    AnswerPath.countArithmetic(command, status, counters);
    switch (status) {
      case NUMBER -> {
        if (!command.quiet) {
          out.reserve(PacketLayout.HEADER_BYTES + Long.BYTES);
          PacketReply.header(
              out, command.opcode, command.opaque, PacketStatus.OK, 0, 0, Long.BYTES, item.cas());
          out.putLong(Long.reverseBytes(command.number));
        }
      }
      case NON_NUMERIC -> error(command, PacketStatus.NON_NUMERIC, out);
      case EXISTS -> error(command, PacketStatus.EXISTS, out);
      case NOT_STORED -> error(command, PacketStatus.NOT_STORED, out);
      case TOO_LARGE, NO_MEMORY -> error(command, PacketStatus.NO_MEMORY, out);
      default -> error(command, PacketStatus.NOT_FOUND, out);
    }
  }

  private static void done(Command command, long cas, ReplyChain out) {
    if (!command.quiet) {
      PacketReply.done(out, command.opcode, command.opaque, cas);
    }
  }

  private static void error(Command command, PacketStatus status, ReplyChain out) {
    PacketReply.error(out, command.opcode, command.opaque, status);
  }
}

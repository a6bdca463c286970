package io.larder.protocol.command;

import io.larder.cache.model.ItemView;
import io.larder.cache.model.Request;
import io.larder.cache.model.Status;
import io.larder.protocol.input.InputBuffer;
import io.larder.protocol.input.InputPool;
import io.larder.protocol.reply.ChunkPool;
import io.larder.protocol.reply.ReplyChain;
import io.larder.protocol.stats.CounterSet;
import io.larder.protocol.stats.PrefixStats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A request of one connection, and where and how its answer is written.
 *
 * <p>Most commands are answered while they are being executed and used again for the next one. A
 * command that has to wait is {@link #park parked}: it moves key, opaque and value to memory of its
 * own, joins its connection's queue, and keeps two chains: its own reply, and the replies of the
 * commands behind it that were faster.
 *
 * <p><b>Threads.</b> Confined to the loop of its pool.
 */
public final class Command extends Request {
  /** Longest opaque, without its flag character. */
  public static final int OPAQUE_BYTES_MAX = 31;

  private static final int KEY_AT = 0;
  private static final int OPAQUE_AT = 256;
  private static final int OWN_BYTES = OPAQUE_AT + 32;

  private final CounterSet counters;
  private final InputPool inputs;
  private @Nullable MemorySegment own;
  private @Nullable InputBuffer ownValue;
  private boolean ownsKey;
  private boolean ownsOpaque;

  public ReplyForm form = ReplyForm.SILENT;

  /** The expected answer is not to be sent. */
  public boolean quiet;

  /** The meta flags to answer, in their order, as {@link MetaFlag} codes; the first one lowest. */
  public long metaFlags;

  /** The remaining life to answer is that before a touch. */
  public boolean ttlBeforeTouch;

  /** The expiry from which the remaining life is answered, if the item is made. */
  public long ttlOfMadeSeconds;

  public MemorySegment opaqueMemory = MemorySegment.NULL;
  public long opaqueOffset;
  public int opaqueLength;

  /** Binary protocol: what the reply's header repeats. */
  public int opcode;

  public int opaque;

  /** Binary protocol: the key is part of the answer. */
  public boolean repeatsKey;

  /** The cache's time when the command was read, where its answer speaks of time. */
  public long nowSeconds;

  /** Where the answer goes if it comes at once. */
  public @Nullable ReplyChain target;

  // --- while it waits

  /** Who is told when the answer comes late; null unless the command is parked. */
  private @Nullable CommandOwner owner;

  /** The answer has been written. */
  public boolean answered;

  /** Nothing behind this command may start before it is answered. */
  public boolean exclusive;

  /** The reply bytes that were expected when it was parked. */
  public long expectedBytes;

  /** The next younger waiting command of the connection. */
  public @Nullable Command younger;

  /** The answer, if it came before that of an older command. */
  public final ReplyChain reply;

  /** Answers of commands behind this one and before the next that waits. */
  public final ReplyChain following;

  public Command(CounterSet counters, InputPool inputs, ChunkPool chunks) {
    this.counters = counters;
    this.inputs = inputs;
    this.reply = new ReplyChain(chunks, true);
    this.following = new ReplyChain(chunks, true);
  }

  @Override
  public void answered(Status status, ItemView item) {
    PrefixStats prefixes = counters.prefixes();
    if (prefixes != null) {
      count(status, prefixes);
    }
    CommandOwner waiting = owner;
    if (waiting == null) {
      ReplyChain out = target;
      if (out == null) {
        throw new IllegalStateException("answered without having been asked: " + form);
      }
      AnswerPath.write(this, status, item, out, counters);
      return;
    }
    AnswerPath.write(this, status, item, waiting.replyTo(this), counters);
    waiting.answeredLate(this);
  }

  private void count(Status status, PrefixStats prefixes) {
    switch (form) {
      case VALUE, VALUE_WITH_CAS, META_GET, PACKET_VALUE ->
          prefixes.get(keyMemory, keyOffset, keyLength, status == Status.HIT);
      case STORE, STORE_WITH_CAS, META_SET, PACKET_STORE ->
          prefixes.set(keyMemory, keyOffset, keyLength);
      case DELETE, META_DELETE, PACKET_DELETE -> prefixes.delete(keyMemory, keyOffset, keyLength);
      case TOUCH, NUMBER, META_ARITHMETIC, META_DEBUG, PACKET_NUMBER, SILENT -> {
        // Not counted by memcached either.
      }
    }
  }

  /** Memory of the command's own for a key of up to 250 bytes, at offset 0. */
  public MemorySegment ownMemory() {
    MemorySegment memory = own;
    if (memory == null) {
      memory = Arena.ofAuto().allocate(OWN_BYTES, Long.BYTES);
      own = memory;
    }
    return memory;
  }

  /** Says that the key has been written to {@link #ownMemory}. */
  public void setOwnKey(int length) {
    keyMemory = ownMemory();
    keyOffset = KEY_AT;
    keyLength = length;
    ownsKey = true;
  }

  /** Moves key and opaque to the command's own memory, so that the line may go. */
  public void keepKey() {
    MemorySegment memory = ownMemory();
    if (!ownsKey) {
      MemorySegment.copy(keyMemory, keyOffset, memory, KEY_AT, keyLength);
      setOwnKey(keyLength);
    }
    if (opaqueLength > 0 && !ownsOpaque) {
      MemorySegment.copy(opaqueMemory, opaqueOffset, memory, OPAQUE_AT, opaqueLength);
      opaqueMemory = memory;
      opaqueOffset = OPAQUE_AT;
      ownsOpaque = true;
    }
  }

  /** Keeps what the command needs until its answer comes, and says to whom it will matter. */
  public void park(CommandOwner owner) {
    this.owner = owner;
    answered = false;
    keepKey();
    keepValue();
  }

  /** Brings everything back to its default and lets go of what was kept. */
  public void release() {
    reset();
    InputBuffer value = ownValue;
    if (value != null) {
      value.clear();
    }
    ownsKey = false;
    ownsOpaque = false;
    form = ReplyForm.SILENT;
    quiet = false;
    metaFlags = 0;
    ttlBeforeTouch = false;
    ttlOfMadeSeconds = 0;
    opaqueMemory = MemorySegment.NULL;
    opaqueOffset = 0;
    opaqueLength = 0;
    opcode = 0;
    opaque = 0;
    repeatsKey = false;
    nowSeconds = 0;
    target = null;
    owner = null;
    answered = false;
    exclusive = false;
    expectedBytes = 0;
    younger = null;
    reply.clear();
    following.clear();
  }

  private void keepValue() {
    if (valueLength == 0) {
      valueMemory = MemorySegment.NULL;
      valueOffset = 0;
      return;
    }
    InputBuffer value = ownValue;
    if (value == null) {
      value = new InputBuffer(inputs);
      ownValue = value;
    }
    value.append(valueMemory, valueOffset, valueLength, valueLength, true);
    valueMemory = value.memory();
    valueOffset = value.start();
  }
}

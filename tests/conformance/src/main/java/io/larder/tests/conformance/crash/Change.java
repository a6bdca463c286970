package io.larder.tests.conformance.crash;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request of a client that changes an item.
 *
 * @param number of this change; no other one has it
 * @param life the life of the server in which it is asked
 * @param client who asks
 * @param bytes how many this change writes; 0 if it writes none
 * @param expiry as the request says it: 0 for never, seconds from now, or a second since 1970
 * @param delta what is added to a number
 * @param token the CAS unique that the item must have
 */
record Change(
    Kind kind,
    int item,
    long number,
    int life,
    int client,
    int bytes,
    boolean isNumber,
    int flags,
    long expiry,
    long delta,
    long token,
    Moment asked) {

  /** Longer relative times than this are seconds since 1970. */
  static final long RELATIVE_SECONDS_MAX = 60L * 60 * 24 * 30;

  /** What may be asked. */
  enum Kind {
    SET,
    ADD,
    REPLACE,
    CAS,
    APPEND,
    PREPEND,
    COUNT,
    TOUCH,
    GET_AND_TOUCH,
    DELETE;

    /** Whether the item has the same bytes afterwards whatever it was before. */
    boolean isStore() {
      return this == SET || this == ADD || this == REPLACE || this == CAS;
    }

    boolean isTouch() {
      return this == TOUCH || this == GET_AND_TOUCH;
    }

    /** Whether it changes nothing where nothing is, or where something is. */
    boolean isConditional() {
      return this != SET && this != DELETE;
    }
  }

  /**
   * What the key may hold after this has been done to one of several items.
   *
   * @param over when it was over for sure; null while it is under way
   */
  List<Held> done(List<Held> before, @Nullable Moment over) {
    if (kind == Kind.DELETE) {
      return List.of();
    }
    if (kind.isStore()) {
      Content content =
          isNumber ? Content.number(item, number) : Content.bytes(item, number, bytes);
      return List.of(new Held(content, flags, number, life, expirySeconds(over), over, 0));
    }
    List<Held> after = new ArrayList<>(before.size());
    for (Held held : before) {
      if (kind.isTouch()) {
        after.add(
            new Held(
                held.content,
                held.flags,
                held.change,
                held.life,
                expirySeconds(over),
                over,
                held.token));
      } else if (held.content.isNumber() == (kind == Kind.COUNT)) {
        after.add(new Held(changed(held), held.flags, number, life, held.expirySeconds, over, 0));
      }
    }
    return after;
  }

  private Content changed(Held held) {
    return switch (kind) {
      case APPEND -> held.content.appended(number, bytes);
      case PREPEND -> held.content.prepended(number, bytes);
      default -> held.content.plus(delta);
    };
  }

  private long expirySeconds(@Nullable Moment over) {
    if (expiry == 0) {
      return Held.NEVER;
    }
    if (expiry > RELATIVE_SECONDS_MAX) {
      return expiry;
    }
    return over == null ? Held.NEVER : over.seconds() + expiry;
  }

  @Override
  public String toString() {
    String what =
        switch (kind) {
          case SET, ADD, REPLACE -> " " + (isNumber ? "a number" : bytes + " bytes") + lasting();
          case CAS -> " " + bytes + " bytes over cas " + token + lasting();
          case APPEND, PREPEND -> " " + bytes + " bytes";
          case COUNT -> " " + delta;
          case TOUCH, GET_AND_TOUCH -> lasting();
          case DELETE -> "";
        };
    return "change " + number + " by client " + client + ": " + kind + what;
  }

  private String lasting() {
    return expiry == 0 ? "" : " for " + expiry + " s";
  }
}

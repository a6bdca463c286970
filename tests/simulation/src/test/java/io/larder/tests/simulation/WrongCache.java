package io.larder.tests.simulation;

import io.larder.cache.model.ItemView;
import io.larder.cache.model.ItemVisitor;
import io.larder.cache.model.ItemWalk;
import io.larder.cache.model.Request;
import io.larder.cache.model.RequestExecutor;
import io.larder.cache.model.Status;
import io.larder.cache.model.StoreMode;
import io.larder.cache.model.Verb;
import io.larder.cache.record.RecordLayout;
import io.larder.tests.simulation.cacheworld.Tampering;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A session that is wrong in one way: it stands before a real one, and changes what is asked of it
 * or what it answers.
 */
class WrongCache implements RequestExecutor {
  /** Where the flags stand in a record. */
  private static final int FLAGS_AT = 12;

  private final RequestExecutor cache;
  private final ItemView otherView = new ItemView();

  /** The records that this session has stored, by their keys. */
  private final Map<String, MemorySegment> stored = new HashMap<>();

  WrongCache(RequestExecutor cache) {
    this.cache = cache;
  }

  /** The ways to be wrong. */
  enum Way {
    /** A read shows a value that has been replaced. */
    OLDER_VALUE("was shown") {
      @Override
      WrongCache over(RequestExecutor cache) {
        return new WrongCache(cache) {
          @Override
          void answered(Passed passed, Status status, ItemView item) {
            MemorySegment before = status == Status.STORED ? remember(passed, item) : null;
            if (before != null) {
              older.put(passed.keyText(), before);
            }
            MemorySegment copy = older.get(passed.keyText());
            boolean lies = status == Status.HIT && passed.isPureRead() && copy != null;
            passed.forward(status, lies && copy != null ? shown(copy) : item);
          }

          private final Map<String, MemorySegment> older = new HashMap<>();
        };
      }
    },

    /** A read shows what has been deleted, or is gone for another reason. */
    RESURRECTED_VALUE("was shown") {
      @Override
      WrongCache over(RequestExecutor cache) {
        return new WrongCache(cache) {
          @Override
          void answered(Passed passed, Status status, ItemView item) {
            if (status == Status.STORED) {
              remember(passed, item);
            }
            MemorySegment copy = stored(passed);
            if (status == Status.MISS && passed.isPureRead() && copy != null) {
              passed.forward(Status.HIT, shown(copy));
            } else {
              passed.forward(status, item);
            }
          }
        };
      }
    },

    WRONG_FLAGS("was shown") {
      @Override
      WrongCache over(RequestExecutor cache) {
        return changed(cache, copy -> copy.set(ValueLayout.JAVA_INT_UNALIGNED, FLAGS_AT, 4711));
      }
    },

    WRONG_CAS("was shown") {
      @Override
      WrongCache over(RequestExecutor cache) {
        return changed(
            cache, copy -> RecordLayout.setSequence(copy, 0, RecordLayout.sequence(copy, 0) + 1));
      }
    },

    WRONG_EXPIRY("was shown") {
      @Override
      WrongCache over(RequestExecutor cache) {
        return changed(
            cache,
            copy ->
                RecordLayout.setExpirySeconds(copy, 0, RecordLayout.expirySeconds(copy, 0) + 1));
      }
    },

    /** One bit of a value is another one. */
    WRONG_BYTE("was shown") {
      @Override
      WrongCache over(RequestExecutor cache) {
        return changed(
            cache,
            copy -> {
              if (RecordLayout.valueLength(copy, 0) > 0) {
                long at = RecordLayout.valueOffset(copy, 0);
                byte old = copy.get(ValueLayout.JAVA_BYTE, at);
                copy.set(ValueLayout.JAVA_BYTE, at, (byte) (old ^ 1));
              }
            });
      }
    },

    /** A delete is answered, and not done. */
    DROPPED_DELETE("DELETE|was shown|wrong answer") {
      @Override
      WrongCache over(RequestExecutor cache) {
        return new WrongCache(cache) {
          @Override
          void asked(Passed passed) {
            boolean isPlain = passed.verb == Verb.DELETE && !passed.comparesCas;
            if (isPlain && !passed.invalidates && !passed.clearsValue) {
              passed.verb = Verb.READ;
              passed.touches = false;
              passed.leavesNoTrace = true;
            }
          }

          @Override
          void answered(Passed passed, Status status, ItemView item) {
            if (passed.original.verb == Verb.DELETE && passed.verb == Verb.READ) {
              passed.forward(status == Status.HIT ? Status.DELETED : Status.NOT_FOUND, item);
            } else {
              passed.forward(status, item);
            }
          }
        };
      }
    },

    /** A set is answered, and what it set is gone, and nobody counts it. */
    LOST_SET("missed, and nothing has been lost|wrong answer") {
      @Override
      WrongCache over(RequestExecutor cache) {
        return new WrongCache(cache) {
          @Override
          public boolean execute(Request request) {
            boolean answered = super.execute(request);
            if (answered && request.verb == Verb.STORE && request.mode == StoreMode.SET) {
              cache.execute(new Aside(request, Verb.DELETE));
            }
            return answered;
          }
        };
      }
    },

    /** An add takes the place of what is there. */
    ADD_THAT_SETS("wrong answer") {
      @Override
      WrongCache over(RequestExecutor cache) {
        return new WrongCache(cache) {
          @Override
          void asked(Passed passed) {
            if (passed.mode == StoreMode.ADD && !passed.comparesCas) {
              passed.mode = StoreMode.SET;
            }
          }
        };
      }
    },

    /** A number is counted up twice. */
    COUNTED_TWICE("wrong answer") {
      @Override
      WrongCache over(RequestExecutor cache) {
        return new WrongCache(cache) {
          @Override
          public boolean execute(Request request) {
            if (request.verb == Verb.ARITHMETIC) {
              Aside first = new Aside(request, Verb.ARITHMETIC);
              first.delta = 1;
              cache.execute(first);
            }
            return super.execute(request);
          }
        };
      }
    },

    /** A CAS that does not agree is taken for one that does. */
    CAS_NOT_COMPARED("wrong answer") {
      @Override
      WrongCache over(RequestExecutor cache) {
        return new WrongCache(cache) {
          @Override
          void asked(Passed passed) {
            passed.comparesCas = false;
          }
        };
      }
    },

    /** Everyone who finds a stale item is told to refresh it. */
    CLAIMED_BY_ALL("wrong answer") {
      @Override
      WrongCache over(RequestExecutor cache) {
        return new WrongCache(cache) {
          @Override
          void answered(Passed passed, Status status, ItemView item) {
            if (status == Status.HIT && passed.claimsStale && item.stale()) {
              passed.won = true;
            }
            passed.forward(status, item);
          }
        };
      }
    },

    /** What is asked later on a key takes effect first. */
    OVERTAKEN("took effect before what was asked first") {
      @Override
      WrongCache over(RequestExecutor cache) {
        return new WrongCache(cache) {
          private @Nullable Request held;

          @Override
          public boolean execute(Request request) {
            Request waiting = held;
            boolean changes = !request.isPureRead();
            if (waiting == null) {
              if (changes) {
                held = request;
                return false;
              }
              return super.execute(request);
            }
            boolean answered = super.execute(request);
            if (changes && keyOf(waiting).equals(keyOf(request))) {
              held = null;
              super.execute(waiting);
            }
            return answered;
          }
        };
      }
    },

    /** A read is forgotten. */
    NEVER_ANSWERED("never answered") {
      @Override
      WrongCache over(RequestExecutor cache) {
        return new WrongCache(cache) {
          private int count;

          @Override
          public boolean execute(Request request) {
            boolean forgets = request.isPureRead() && ++count == 100;
            return !forgets && super.execute(request);
          }
        };
      }
    },

    ANSWERED_TWICE("answered twice") {
      @Override
      WrongCache over(RequestExecutor cache) {
        return new WrongCache(cache) {
          @Override
          void answered(Passed passed, Status status, ItemView item) {
            passed.forward(status, item);
            passed.forward(status, item);
          }
        };
      }
    };

    private final String found;

    Way(String found) {
      this.found = found;
    }

    /** What the oracle says of it, as a pattern. */
    String found() {
      return found;
    }

    abstract WrongCache over(RequestExecutor cache);

    Tampering tampering() {
      return new Tampering() {
        @Override
        public RequestExecutor over(RequestExecutor session) {
          return Way.this.over(session);
        }
      };
    }
  }

  @Override
  public boolean execute(Request request) {
    Passed passed = new Passed(request);
    asked(passed);
    return cache.execute(passed);
  }

  @Override
  public long nowSeconds() {
    return cache.nowSeconds();
  }

  @Override
  public boolean fits(int keyLength, int flags, int valueLength) {
    return cache.fits(keyLength, flags, valueLength);
  }

  @Override
  public ItemWalk walk(ItemVisitor visitor, boolean withFlash) {
    return cache.walk(visitor, withFlash);
  }

  /** Changes a request before the cache has it. */
  void asked(Passed passed) {
    // As it is.
  }

  /** Changes an answer before the oracle has it. */
  void answered(Passed passed, Status status, ItemView item) {
    passed.forward(status, item);
  }

  // ------------------------------------------------------------------ requests

  /** A request on its way to the cache, in the place of the one that was asked. */
  final class Passed extends Request {
    final Request original;

    Passed(Request original) {
      this.original = original;
      copy(original, this);
      expirySeconds = original.expirySeconds;
      mode = original.mode;
      flags = original.flags;
      valueMemory = original.valueMemory;
      valueLength = original.valueLength;
      vivifies = original.vivifies;
      vivifyExpirySeconds = original.vivifyExpirySeconds;
      comparesCas = original.comparesCas;
      cas = original.cas;
      setsCas = original.setsCas;
      newCas = original.newCas;
      invalidates = original.invalidates;
      clearsValue = original.clearsValue;
      touches = original.touches;
      wantsValue = original.wantsValue;
      leavesNoTrace = original.leavesNoTrace;
      claimsStale = original.claimsStale;
      recaches = original.recaches;
      recacheBelowSeconds = original.recacheBelowSeconds;
      recachesBeforeTouch = original.recachesBeforeTouch;
      initialNumber = original.initialNumber;
    }

    String keyText() {
      return keyOf(original);
    }

    @Override
    public void answered(Status status, ItemView item) {
      WrongCache.this.answered(this, status, item);
    }

    void forward(Status status, ItemView item) {
      original.made = made;
      original.won = won;
      original.number = number;
      original.expiryBeforeSeconds = expiryBeforeSeconds;
      original.answered(status, item);
    }
  }

  /** A request of nobody's on the same key. */
  static final class Aside extends Request {
    Aside(Request like, Verb asked) {
      copy(like, this);
      verb = asked;
    }

    @Override
    public void answered(Status status, ItemView item) {
      // Nobody wants to know.
    }
  }

  private static void copy(Request from, Request to) {
    to.verb = from.verb;
    to.keyMemory = from.keyMemory;
    to.keyOffset = from.keyOffset;
    to.keyLength = from.keyLength;
    to.keyBinary = from.keyBinary;
    to.decrements = from.decrements;
    to.delta = from.delta;
  }

  static String keyOf(Request request) {
    byte[] bytes = new byte[request.keyLength];
    MemorySegment.copy(
        request.keyMemory, ValueLayout.JAVA_BYTE, request.keyOffset, bytes, 0, bytes.length);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  // ------------------------------------------------------------------ records

  /** What changes a copy of a record. */
  private interface Change {
    void make(MemorySegment copy);
  }

  private static WrongCache changed(RequestExecutor cache, Change change) {
    return new WrongCache(cache) {
      @Override
      void answered(Passed passed, Status status, ItemView item) {
        if (status == Status.HIT && passed.isPureRead()) {
          MemorySegment copy = copyOf(item);
          change.make(copy);
          passed.forward(status, shown(copy));
        } else {
          passed.forward(status, item);
        }
      }
    };
  }

  /** Keeps the record of an answer; returns the one that was kept before. */
  @Nullable MemorySegment remember(Passed passed, ItemView item) {
    return stored.put(passed.keyText(), copyOf(item));
  }

  @Nullable MemorySegment stored(Passed passed) {
    return stored.get(passed.keyText());
  }

  static MemorySegment copyOf(ItemView item) {
    int bytes = RecordLayout.recordBytes(item.memory(), item.offset());
    byte[] copy = item.memory().asSlice(item.offset(), bytes).toArray(ValueLayout.JAVA_BYTE);
    return MemorySegment.ofArray(copy);
  }

  ItemView shown(MemorySegment copy) {
    return otherView.show(copy, 0, 0, false);
  }
}

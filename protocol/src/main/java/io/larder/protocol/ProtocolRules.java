package io.larder.protocol;

import io.larder.protocol.auth.Passwords;
import org.jspecify.annotations.Nullable;

/**
 * What clients may do.
 *
 * @param spoken which protocol they speak
 * @param passwords what a client has to know before anything else; null if anybody may come in.
 *     Over the binary protocol it is told by SASL, over the other one by a {@code set}
 * @param flushes whether {@code flush_all} is allowed
 * @param dumps whether keys may be listed
 * @param watches whether {@code watch} is allowed
 */
public record ProtocolRules(
    Spoken spoken, @Nullable Passwords passwords, boolean flushes, boolean dumps, boolean watches) {

  /** Anybody may do anything. */
  public static final ProtocolRules OPEN = new ProtocolRules(Spoken.AUTO, null, true, true, true);

  public ProtocolRules {
    if (passwords != null && spoken == Spoken.AUTO) {
      throw new IllegalArgumentException("passwords are asked for in one protocol only");
    }
  }
}

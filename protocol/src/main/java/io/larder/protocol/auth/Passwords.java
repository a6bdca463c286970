package io.larder.protocol.auth;

/**
 * Names and passwords, as the server keeps them.
 *
 * <p><b>Threads.</b> Asked on the loops of all connections, and not slow.
 */
public interface Passwords {

  /**
   * Whether there is such a user with that password. How long that takes says nothing about what is
   * right in a wrong answer.
   */
  boolean match(byte[] user, byte[] password);
}

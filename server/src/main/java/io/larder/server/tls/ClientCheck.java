package io.larder.server.tls;

/** Whether clients have to show a certificate. */
public enum ClientCheck {
  /** They are not asked for one. */
  NONE,
  /** They are asked; one that is shown has to be good. */
  REQUESTED,
  /** Without a good one nobody comes in. */
  REQUIRED
}

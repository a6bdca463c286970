package io.larder.tests.conformance.crash;

/** A server has said what it never says. */
final class SurpriseException extends RuntimeException {
  private static final long serialVersionUID = 1;

  SurpriseException(String message) {
    super(message);
  }
}

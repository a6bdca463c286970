package io.larder.tests.conformance.crash;

/** How a request for a change was answered. */
enum Answer {
  /** Stored, deleted, touched, or the new number. */
  DONE,
  /** Not stored: something is there, or nothing. */
  NOT_STORED,
  EXISTS,
  NOT_FOUND,
  /** What is there cannot be counted up. */
  NOT_A_NUMBER,
  /** There was no memory for it. */
  REFUSED
}

package io.larder.tests.conformance.crash;

/** How a request for a change was answered. */
enum Answer {
  /** Stored, deleted, touched, or the new number. */
  DONE,
  /** Not stored: something is there, or nothing. */
  NOT_STORED,
  EXISTS,
  NOT_FOUND,
  /** There was no memory for it. */
  REFUSED
}

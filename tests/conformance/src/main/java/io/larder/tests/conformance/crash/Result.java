package io.larder.tests.conformance.crash;

/** How a change was answered, and what was shown with the answer. */
record Result(Answer answer, Shown shown) {
  static Result of(Answer answer) {
    return new Result(answer, Shown.NOTHING);
  }
}

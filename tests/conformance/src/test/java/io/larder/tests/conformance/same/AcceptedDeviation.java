package io.larder.tests.conformance.same;

/**
 * Where Larder does not say what memcached 1.6.18 says, and why.
 *
 * <p>This list is whole: any other difference fails a test. {@code docs/protocol.md} prints it. In
 * the answers {@code *} stands for anything.
 */
enum AcceptedDeviation {
  VERSION(
      "version\r\n",
      "VERSION 1.6.*\r\n",
      "VERSION *\r\n",
      "A program that asks wants to know what it talks to."),
  DEBUG_SIZE(
      "set a 0 0 1\r\n1\r\nme a\r\n",
      "STORED\r\nME a exp=-1 la=0 cas=* fetch=no cls=1 size=*\r\n",
      "STORED\r\nME a exp=-1 la=0 cas=* fetch=no cls=1 size=*\r\n",
      "Items have another header than memcached's, so their size is another; there are no slab"
          + " classes, so `cls` is always 1."),
  EXPLICIT_CAS(
      "ms a 1 E5 c\r\n1\r\nmg a c\r\n",
      "CLIENT_ERROR invalid flag\r\nEN\r\n",
      "HD c5\r\nHD c5\r\n",
      "The client sets the CAS number itself; memcached knows this flag since a later version.");

  private final String asked;
  private final String theirAnswer;
  private final String ourAnswer;
  private final String reason;

  AcceptedDeviation(String asked, String theirAnswer, String ourAnswer, String reason) {
    this.asked = asked;
    this.theirAnswer = theirAnswer;
    this.ourAnswer = ourAnswer;
    this.reason = reason;
  }

  /** A question that shows the difference, to a server that holds nothing. */
  String asked() {
    return asked;
  }

  String theirAnswer() {
    return theirAnswer;
  }

  String ourAnswer() {
    return ourAnswer;
  }

  String reason() {
    return reason;
  }
}

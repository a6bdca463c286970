package io.larder.tests.conformance.same;

/**
 * Where Larder does not say what memcached 1.6.18 says, and why.
 *
 * <p>This list is whole: any other difference fails a test. {@code docs/protocol.md} prints it. In
 * the answers {@code *} stands for anything; packets are written as {@link PacketTemplate} says.
 */
enum AcceptedDeviation {
  VERSION(
      "version\r\n",
      "VERSION 1.6.18\r\n",
      "VERSION *\r\n",
      "A program that asks wants to know what it talks to."),
  DEBUG_SIZE(
      "set a 0 0 1\r\n1\r\nme a\r\n",
      "STORED\r\nME a exp=-1 la=0 cas=* fetch=no cls=1 size=*\r\n",
      "STORED\r\nME a exp=-1 la=0 cas=* fetch=no cls=1 size=*\r\n",
      "An item's header has another size than memcached's. `cls` is the class that `stats items` and"
          + " lists of keys show it in: by that size in RAM, 1 on flash."),
  EXPLICIT_CAS(
      "ms a 1 E5 c\r\n1\r\nmg a c\r\n",
      "CLIENT_ERROR invalid flag\r\nEN\r\n",
      "HD c5\r\nHD c5\r\n",
      "The client chooses the CAS number itself. Memcached knows this flag since a later version."),
  VALUE_DROPPED(
      "set a 7 0 1\r\n1\r\nmd a x\r\nget a\r\n",
      "STORED\r\nCLIENT_ERROR invalid or duplicate flag\r\nVALUE a 7 1\r\n1\r\nEND\r\n",
      "STORED\r\nHD\r\nVALUE a 0 0\r\n\r\nEND\r\n",
      "`md` with `x` empties an item and lets it stay. Memcached knows this flag since a later"
          + " version."),
  SIZE_OF_STORED(
      "ms a 5 s\r\nhello\r\n",
      "HD\r\n",
      "HD s5\r\n",
      "`ms` tells the size when asked for it. Memcached does since a later version."),
  APPEND_TO_NOTHING(
      "ms a 1 MA N60\r\n1\r\nget a\r\n",
      "NS\r\nEND\r\n",
      "HD\r\nVALUE a 0 1\r\n1\r\nEND\r\n",
      "`ms` that appends or prepends makes the item when told to by `N`. Memcached does since a later"
          + " version."),
  TIME_GONE_BY(
      "set a 0 0 1\r\n1\r\nmg a T-1 t\r\n",
      "STORED\r\nHD t42949*\r\n",
      "STORED\r\nHD t0\r\n",
      "The time left of an item that has just been let expire is 0; memcached shows a negative number"
          + " as an unsigned one."),
  BINARY_KEY(
      "mg YQE= b N60\r\nms YgE= 1 b\r\n1\r\nappend b\u0001 0 0 1\r\n2\r\nmg YQE= b k\r\nmg YgE= b k\r\n",
      "HD W\r\nHD\r\nSTORED\r\nHD ka\u0001 Z\r\nHD kb\u0001\r\n",
      "HD W\r\nHD\r\nSTORED\r\nHD kYQE= b Z\r\nHD kYgE= b\r\n",
      "An item whose key came in base64 remembers that, whatever is done to it. Memcached forgets it"
          + " when `mg` or `ma` makes the item, when its value is joined with another, or when its"
          + " number needs more room; then it puts the raw bytes of the key into a line."),
  QUIET_NEW_NUMBER(
      "ma a q N0 J5\r\nma a q\r\nmn\r\n",
      "HD\r\nMN\r\n",
      "MN\r\n",
      "`q` silences a success; memcached speaks all the same when `ma` makes the item."),
  STATE_OF_A_NUMBER(
      "set a 0 0 1\r\n9\r\nmd a I\r\nma a v\r\nmg a v\r\n",
      "STORED\r\nHD\r\nVA 2\r\n10\r\nVA 2\r\n10\r\n",
      "STORED\r\nHD\r\nVA 2\r\n10\r\nVA 2 X W\r\n10\r\n",
      "A number that is stale, claimed or has been read before stays so when it changes, and keeps the"
          + " time that `ma` with `T` gives it. Memcached forgets both when the new number needs more"
          + " room or the old one is just being sent."),
  WIDTH_OF_A_NUMBER(
      "set a 0 0 2\r\n10\r\nmg a v\r\ndecr a 1\r\nget a\r\n",
      "STORED\r\nVA 2\r\n10\r\n9\r\nVALUE a 0 1\r\n9\r\nEND\r\n",
      "STORED\r\nVA 2\r\n10\r\n9\r\nVALUE a 0 2\r\n9 \r\nEND\r\n",
      "A number that gets shorter keeps its width, filled up with spaces. So it does in memcached,"
          + " unless the old one is just being sent."),
  LONG_KEY_AFTER_OTHERS(
      "set a 0 0 1\r\n1\r\nget a " + "k".repeat(251) + "\r\n",
      "CLIENT_ERROR bad command line format\r\n",
      "STORED\r\nCLIENT_ERROR bad command line format\r\n",
      "A key that is too long in a `get` of several is an error of this command. Memcached throws"
          + " away the answers to earlier commands with it, if they have not been sent yet."),
  PACKET_OF_VERBOSITY(
      "‹packet op=1b extras=4:0›‹packet op=0a›",
      "PACKET 81 op=1b type=0 status=81 opaque=0 0 extras= key= value=*\r\n",
      """
      PACKET 81 op=1b type=0 status=00 opaque=0 0 extras= key= value=\r
      PACKET 81 op=0a type=0 status=00 opaque=0 0 extras= key= value=\r
      """,
      "The binary protocol has a command for how much is logged. Memcached gives it a name and does"
          + " not know it."),
  PACKET_TO_ITS_END(
      "‹packet op=1c word=k extras=4:0 value=x›‹packet op=0a›",
      "PACKET 81 op=1c type=0 status=01 opaque=0 0 extras= key= value=*\r\n",
      "PACKET 81 op=1c type=0 status=04 opaque=0 0 extras= key= value=*\r\n",
      "A touch, a get that touches, or a question for statistics that has a value is refused, and the"
          + " connection closed. Memcached takes the value for the next packet."),
  UNKNOWN_PACKET_TO_ITS_END(
      "‹packet op=50 word=key value=x›‹packet op=0a›",
      "PACKET 81 op=50 type=0 status=81 opaque=0 0 extras= key= value=*\r\n",
      """
      PACKET 81 op=50 type=0 status=81 opaque=0 0 extras= key= value=*\r
      PACKET 81 op=0a type=0 status=00 opaque=0 0 extras= key= value=\r
      """,
      "After a packet of an unknown command the next packet is found, whatever the first was made of."
          + " Memcached counts its key and its extras twice."),
  NO_PACKET_AFTER_OTHERS(
      "‹packet op=01 word=k extras=4:0,4:0 value=x›‹packet op=0a magic=81›",
      "",
      "PACKET 81 op=01 type=0 status=00 opaque=0 * extras= key= value=\r\n",
      "What is no packet ends the connection. Memcached throws away the answers to earlier commands"
          + " with it, if they have not been sent yet."),
  PACKET_REFUSED_BY_ITS_HEADER(
      "‹packet op=00 keylen=251 body=251›",
      "",
      "PACKET 81 op=00 type=0 status=04 opaque=0 0 extras= key= value=*\r\n",
      "A key that is too long is an error as soon as the header says so. Memcached waits for the key"
          + " first, and hangs up on one that its buffer cannot hold."),
  LOGIN_IN_A_PIPELINE(
      "",
      "",
      "",
      "With `-Y` everything that a client says before it is known is answered. Memcached answers only"
          + " the last of several things that come at once."),
  DATAGRAMS(
      "",
      "",
      "",
      "The answers to all commands in a datagram are one reply, numbered through, as the"
          + " protocol's description has it. Memcached numbers each key of a `get` and each command from"
          + " 0 again, so nobody can tell when the reply is complete. A reply over 4 MiB is an error, as"
          + " whoever sent the datagram may not be who it says; `quit` has no answer."),
  STATISTICS_OF_CLASSES(
      "",
      "",
      "",
      "`stats items` and `slabs` show an item in RAM under the class that memcached would put it"
          + " into by the bytes that it takes, and every item on flash under class 1. There are no"
          + " slabs: a class has the pages that its items would fill. Hits and stores are"
          + " counted under the class of the item, as it was found: those on flash under class 1."
          + " What belongs to memcached's queues is 0; `mem_requested` shares out what all items take. `stats sizes` always counts."),
  TESTS_ONLY(
      "",
      "",
      "",
      "`debugtime` and `debugitem` are there with `-o relaxed_privileges`, as in a memcached"
          + " built for its tests. `debugitem` answers `OK` and has nothing to do."),
  LAST_ACCESS(
      "",
      "",
      "",
      "Of an item on flash, `mg` with `l`, `me` and lists of keys show when its page was opened:"
          + " reading it does not write to flash."),
  LINES_FOR_WATCHERS(
      "",
      "",
      "",
      "`watch` tells of no lookup before a plain `set`, which looks nothing up, and of one where `ma`"
          + " makes an item; memcached tells of one and of two. The microseconds in `ts` always have"
          + " six digits, so that they can be read as a fraction. `cfd` is a number that a client keeps"
          + " for as long as it is connected and that no other gets. `ttl` of what is stored expired is"
          + " 0. The topic `deletions` memcached knows since a later version; an item that loses its"
          + " value or is marked stale is not told as deleted."),
  EVICTIONS_FOR_WATCHERS(
      "",
      "",
      "",
      "`watch evictions` tells of items that RAM has no room for, of items dropped because flash could"
          + " not keep up, of items that are written to flash (`extwrite`), and of items that are lost"
          + " with their page, in class 1; of these memcached does not tell. Their keys are on flash"
          + " alone: while somebody watches, they are read before the page goes. Where its directory"
          + " cannot be read either, its items are not told. `watch sysevents` tells of pages that are"
          + " given up while they hold live records (`compact_start`, and `compact_end` with what was"
          + " moved, lost and dropped), and of each class that a crawl has been through."),
  KEYS_ON_FLASH(
      "",
      "",
      "",
      "The key of an item on flash is not in RAM. `lru_crawler metadump` and `mgdump`, and `stats"
          + " cachedump` for class 1, read it back from its page: a read of the block or two that its"
          + " header and key stand in, 32 at a time, for each item on flash; the value is not read."
          + " Such items are in class 1, and `metadump` tells `ext_page` and `ext_offset` of them; to"
          + " list any other class costs no read. An item whose record cannot be read is left out. A"
          + " key that is there from the beginning of a list to its end is in it once, wherever it is"
          + " moved meanwhile."),
  LISTS_OF_KEYS(
      "",
      "",
      "",
      "`size` counts Larder's header and the class follows from it, so an item near the edge of a"
          + " class is in the next lower one. `flags` and `mgdump` memcached has since later versions."
          + " The order of the items is another. What is asked behind a list is answered when the list"
          + " has ended; memcached waits with it for the next bytes. A client that does not read holds"
          + " its list up, and not the server. `stats cachedump` shows items of all ages, as many as"
          + " are asked for; memcached only those that it holds to be cold, in 2 MB at most."),
  CRAWLS(
      "",
      "",
      "",
      "`lru_crawler crawl` takes dead items out of RAM. What has expired on flash goes with its page,"
          + " unread. `tocrawl` counts items of a class, and not of each of its lists.");

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

  /** A question that shows the difference, to a server that holds nothing; empty if none does. */
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

package io.larder.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a client sends and what it reads, in as many deliveries as there are.
 *
 * <p>The replies are those of memcached 1.6.18, taken from a running one, but for the cases that
 * say otherwise.
 */
@SuppressWarnings("StringConcatToTextBlock") // line ends are what these strings are about
class RepliesTest {
  private static final String K250 = "k".repeat(250);
  private static final String K251 = "k".repeat(251);
  private static final String O31 = "O" + "x".repeat(31);
  private static final String O32 = "O" + "x".repeat(32);
  private static final String A10 = "set a 5 0 2\r\n10\r\n";
  private static final String STORED = "STORED\r\n";
  private static final String BAD = "CLIENT_ERROR bad command line format\r\n";
  private static final String ERROR = "ERROR\r\n";
  private static final String BIG = "x".repeat(2000);

  /** A name, the bytes that are sent and the bytes that come back. */
  record Case(String name, String input, String output) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Case of(String name, String input, String output) {
    return new Case(name, input, output);
  }

  static Stream<Case> cases() {
    return Stream.of(
            gets(),
            stores(),
            numbers(),
            deletesAndTouches(),
            lines(),
            aboutTheServer(),
            metaGets(),
            metaSets(),
            metaOthers(),
            base64())
        .flatMap(each -> each);
  }

  private static Stream<Case> gets() {
    String value = "VALUE a 5 2\r\n10\r\n";
    return Stream.of(
        of("a get of nothing", "get\r\n", ERROR),
        of("a get of a space", "get \r\n", ERROR),
        of("a miss", "get a\r\n", "END\r\n"),
        of("a hit", A10 + "get a\r\n", STORED + value + "END\r\n"),
        of("gets shows the CAS", A10 + "gets a\r\n", STORED + "VALUE a 5 2 1\r\n10\r\nEND\r\n"),
        of(
            "a multiget leaves misses out",
            A10 + "get a b a\r\n",
            STORED + value + value + "END\r\n"),
        of(
            "spaces do not matter",
            A10 + "  get   a  b   a   \r\n",
            STORED + value + value + "END\r\n"),
        of("a longest key", "get " + K250 + "\r\n", "END\r\n"),
        of("a key too long", "get " + K251 + "\r\n", BAD),
        of(
            "a key too long is all that is answered",
            A10 + "get a " + K251 + " a\r\n",
            STORED + BAD),
        of("bget is get", A10 + "bget a\r\n", STORED + value + "END\r\n"),
        of("gat needs an expiry", "gat\r\n", ERROR),
        of("gat may have no key", "gat 0\r\n", "END\r\n"),
        of("gat with words", "gat x a\r\n", "CLIENT_ERROR invalid exptime argument\r\n"),
        of("gat touches", A10 + "gat 100 a b\r\nmg a t\r\n", STORED + value + "END\r\nHD t100\r\n"),
        of(
            "gats touches and shows the CAS",
            A10 + "gats 100 a a\r\nmg a t\r\n",
            STORED + "VALUE a 5 2 1\r\n10\r\nVALUE a 5 2 1\r\n10\r\nEND\r\nHD t100\r\n"),
        of("gat with a key too long", "gat 0 a " + K251 + "\r\n", BAD),
        of("an unknown word with g", "getx a\r\n", ERROR));
  }

  private static Stream<Case> stores() {
    String long1 = "set " + K251 + " 0 0 1";
    return Stream.of(
        of("an empty value", "set a 0 0 0\r\n\r\nget a\r\n", STORED + "VALUE a 0 0\r\n\r\nEND\r\n"),
        of("noreply", "set a 0 0 1 noreply\r\n1\r\nget a\r\n", "VALUE a 0 1\r\n1\r\nEND\r\n"),
        of("another last word is ignored", "set a 0 0 1 2\r\n1\r\n", STORED),
        of("too few words", "set a 0 0\r\n", ERROR),
        of("too many words", "set a 0 0 1 noreply x\r\n1\r\n", ERROR + ERROR),
        of("a longest key", "set " + K250 + " 0 0 1\r\n1\r\n", STORED),
        of("a key too long", long1 + "\r\n1\r\n", BAD + ERROR),
        of("a key too long, noreply", long1 + " noreply\r\n1\r\n", ERROR),
        of(
            "largest flags",
            "set a 4294967295 0 1\r\n1\r\nget a\r\n",
            STORED + "VALUE a 4294967295 1\r\n1\r\nEND\r\n"),
        of(
            "flags are cut to 32 bits",
            "set a 4294967301 0 1\r\n1\r\nget a\r\n",
            STORED + "VALUE a 5 1\r\n1\r\nEND\r\n"),
        of("negative flags", "set a -1 0 1\r\n1\r\n", BAD + ERROR),
        of("flags with a plus", "set a +1 0 1\r\n1\r\n", STORED),
        of("flags in words", "set a x 0 1\r\n1\r\n", BAD + ERROR),
        of("flags with a tail", "set a 1x 0 1\r\n1\r\n", BAD + ERROR),
        of("a tab ends a number", "set a 0\tx 0 1\r\n1\r\n", STORED),
        of("a tab may lead a number", "set a \t0 0 1\r\n1\r\n", STORED),
        of("flags beyond 64 bits", "set a 99999999999999999999 0 1\r\n1\r\n", BAD + ERROR),
        of("a negative length", "set a 0 0 -1\r\nabc\r\n", BAD + ERROR),
        of("a length in words", "set a 0 0 x\r\n", BAD),
        of("a length that leaves no room for the line end", "set a 0 0 2147483646\r\n", BAD),
        of("a length is cut to 32 bits", "set a 0 0 4294967297\r\n1\r\n", STORED),
        of(
            "a line feed alone ends a line",
            "set a 0 0 1\n1\r\nget a\n",
            STORED + "VALUE a 0 1\r\n1\r\nEND\r\n"),
        of("a value too long", "set a 0 0 1\r\n12\r\n", "CLIENT_ERROR bad data chunk\r\n" + ERROR),
        of(
            "a value far too long",
            "set a 0 0 1\r\n123456\r\nget a\r\n",
            "CLIENT_ERROR bad data chunk\r\n" + ERROR + "END\r\n"),
        of("a value too long, noreply", "set a 0 0 1 noreply\r\n123\r\n", ERROR),
        of(
            "a value with line ends in it",
            "set a 0 0 4\r\n\r\n\r\n\r\nget a\r\n",
            STORED + "VALUE a 0 4\r\n\r\n\r\n\r\nEND\r\n"),
        of("a negative expiry", "set a 0 -1 1\r\n1\r\nget a\r\n", STORED + "END\r\n"),
        of("an expiry", "set a 0 100 1\r\n1\r\nmg a t\r\n", STORED + "HD t100\r\n"),
        of(
            "a longest relative expiry",
            "set a 0 2592000 1\r\n1\r\nmg a t\r\n",
            STORED + "HD t2592000\r\n"),
        of("a date that has passed", "set a 0 2592001 1\r\n1\r\nmg a t\r\n", STORED + "EN\r\n"),
        of("a date", "set a 0 1795000100 1\r\n1\r\nmg a t\r\n", STORED + "HD t100\r\n"),
        of("an expiry in words", "set a 0 x 1\r\n1\r\n", BAD + ERROR),
        of(
            "add, replace, append, prepend and cas where there is nothing",
            "replace a 0 0 1\r\n1\r\nappend a 0 0 1\r\n1\r\nprepend a 0 0 1\r\n1\r\n"
                + "cas a 0 0 1 1\r\n1\r\nadd a 0 0 1\r\n1\r\n",
            "NOT_STORED\r\nNOT_STORED\r\nNOT_STORED\r\nNOT_FOUND\r\nSTORED\r\n"),
        of(
            "add, replace, append, prepend and cas where there is something",
            A10
                + "add a 0 0 1\r\n1\r\nreplace a 7 0 1\r\nx\r\nappend a 9 9 1\r\n2\r\n"
                + "prepend a 9 9 1\r\n0\r\nget a\r\ncas a 0 0 1 1\r\n1\r\ncas a 0 0 1 4\r\n1\r\n",
            STORED
                + "NOT_STORED\r\nSTORED\r\nSTORED\r\nSTORED\r\nVALUE a 7 3\r\n0x2\r\nEND\r\n"
                + "EXISTS\r\nSTORED\r\n"),
        of("cas without a CAS", "cas a 0 0 1\r\n", ERROR),
        of("cas with words", "cas a 0 0 1 x\r\n1\r\n", BAD + ERROR),
        of("a negative CAS", "cas a 0 0 1 -1\r\n1\r\n", BAD + ERROR),
        of("a CAS beyond 64 bits", "cas a 0 0 1 18446744073709551616\r\n1\r\n", BAD + ERROR),
        of("cas, noreply", "cas a 0 0 1 1 noreply\r\n1\r\nmn\r\n", "MN\r\n"),
        of(
            "a set too large removes the old value",
            A10 + "set a 0 0 2000\r\n" + BIG + "\r\nget a\r\n",
            STORED + "SERVER_ERROR object too large for cache\r\nEND\r\n"),
        of(
            "an add too large leaves the old value",
            A10 + "add a 0 0 2000\r\n" + BIG + "\r\nget a\r\n",
            STORED + "SERVER_ERROR object too large for cache\r\nVALUE a 5 2\r\n10\r\nEND\r\n"),
        of(
            "a set too large, noreply",
            A10 + "set a 0 0 2000 noreply\r\n" + BIG + "\r\nget a\r\n",
            STORED + "END\r\n"),
        of(
            "what follows the length of a set too large is a command",
            "set a 0 0 2000\r\n" + BIG + "xx\r\n",
            "SERVER_ERROR object too large for cache\r\n" + ERROR));
  }

  private static Stream<Case> numbers() {
    return Stream.of(
        of("incr without a number", "incr a\r\n", ERROR),
        of("incr with too many words", "incr a 1 2 3\r\n", ERROR),
        of("incr with words", "incr a x\r\n", "CLIENT_ERROR invalid numeric delta argument\r\n"),
        of("a negative delta", "incr a -1\r\n", "CLIENT_ERROR invalid numeric delta argument\r\n"),
        of(
            "a delta beyond 64 bits",
            "incr a 18446744073709551616\r\n",
            "CLIENT_ERROR invalid numeric delta argument\r\n"),
        of("incr of nothing", "incr a 1\r\ndecr a 1\r\n", "NOT_FOUND\r\nNOT_FOUND\r\n"),
        of("incr and decr", A10 + "incr a 5\r\ndecr a 1\r\n", STORED + "15\r\n14\r\n"),
        of("incr, noreply", A10 + "incr a 5 noreply\r\nincr a 1 x\r\n", STORED + "16\r\n"),
        of(
            "decr stops at 0 and keeps the width",
            A10 + "decr a 1\r\nget a\r\ndecr a 100\r\nget a\r\n",
            STORED + "9\r\nVALUE a 5 2\r\n9 \r\nEND\r\n0\r\nVALUE a 5 2\r\n0 \r\nEND\r\n"),
        of(
            "incr wraps",
            A10 + "incr a 18446744073709551605\r\nincr a 1\r\n",
            STORED + "18446744073709551615\r\n0\r\n"),
        of(
            "no number",
            "set a 0 0 1\r\nx\r\nincr a 1\r\ndecr a 1\r\nma a\r\n",
            STORED + NON_NUMERIC + NON_NUMERIC + NON_NUMERIC),
        of("a key too long", "incr " + K251 + " 1\r\n", BAD));
  }

  private static final String NON_NUMERIC =
      "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n";

  private static Stream<Case> deletesAndTouches() {
    String usage = "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]\r\n";
    return Stream.of(
        of("delete of nothing", "delete\r\n", ERROR),
        of("delete", A10 + "delete a\r\ndelete a\r\n", STORED + "DELETED\r\nNOT_FOUND\r\n"),
        of("delete with 0", "delete a 0\r\n", "NOT_FOUND\r\n"),
        of("delete with 1", "delete a 1\r\n", usage),
        of("delete, noreply", A10 + "delete a noreply\r\nget a\r\n", STORED + "END\r\n"),
        of("delete with 0, noreply", "delete a 0 noreply\r\nmn\r\n", "MN\r\n"),
        of("delete with 1, noreply", A10 + "delete a 1 noreply\r\nmg a\r\n", STORED + "HD\r\n"),
        of("delete with too many words", "delete a 0 0 noreply\r\n", ERROR),
        of("delete of a key too long", "delete " + K251 + "\r\n", BAD),
        of("touch of nothing", "touch a 0\r\n", "NOT_FOUND\r\n"),
        of("touch", A10 + "touch a 100\r\nmg a t\r\n", STORED + "TOUCHED\r\nHD t100\r\n"),
        of("touch, noreply", A10 + "touch a 0 noreply\r\ntouch a 0 x\r\n", STORED + "TOUCHED\r\n"),
        of("touch with words", "touch a x\r\n", "CLIENT_ERROR invalid exptime argument\r\n"),
        of("touch without expiry", "touch a\r\n", ERROR),
        of("touch of a key too long", "touch " + K251 + " 0\r\n", BAD));
  }

  private static Stream<Case> lines() {
    return Stream.of(
        of("an empty line", "\r\n\n \r\n", ERROR + ERROR + ERROR),
        of("capitals", "GET a\r\nSET a 0 0 1\r\n", ERROR + ERROR),
        of("one letter", "x\r\nm\r\n", ERROR + ERROR),
        of("a word that is none", "bogus\r\nxyz 1 2 3\r\n", ERROR + ERROR),
        of("two line ends", A10 + "get a\r\r\n", STORED + "END\r\n"),
        of(
            "a NUL ends a line",
            A10 + "get a\0b c\r\nversion\0x\r\n",
            STORED + "VALUE a 5 2\r\n10\r\nEND\r\nVERSION 1.6.18\r\n"),
        of("a NUL first", "\0\r\nab\0cd\r\n", ERROR + ERROR),
        of(
            "a tab is part of a key",
            "set a\tb 0 0 1\r\n1\r\nget a\tb\r\n",
            STORED + "VALUE a\tb 0 1\r\n1\r\nEND\r\n"),
        of(
            "bytes above 127 are part of a key",
            "set \u00e9\u00ff 0 0 1\r\n1\r\nget \u00e9\u00ff\r\n",
            STORED + "VALUE \u00e9\u00ff 0 1\r\n1\r\nEND\r\n"),
        of(
            "more words than are told apart",
            "version" + " a".repeat(60) + "\r\n",
            "VERSION 1.6.18\r\n"),
        of(
            "HTTP behind a command that is known",
            "version HTTP/1\r\nget / HTTP/1.1\r\n",
            "VERSION 1.6.18\r\nEND\r\n"),
        of("HTTP behind an initial that is known", "gxx / HTTP/1.1\r\n", ERROR),
        of(
            "a pipeline",
            A10 + "get a\r\nincr a 1\r\nget a b\r\nmg a v\r\ndelete a\r\nmn\r\n",
            STORED
                + "VALUE a 5 2\r\n10\r\nEND\r\n11\r\nVALUE a 5 2\r\n11\r\nEND\r\n"
                + "VA 2\r\n11\r\nDELETED\r\nMN\r\n"));
  }

  private static Stream<Case> aboutTheServer() {
    String expiry = "CLIENT_ERROR invalid exptime argument\r\n";
    return Stream.of(
        of("version", "version\r\nversion x\r\n", "VERSION 1.6.18\r\nVERSION 1.6.18\r\n"),
        of("verbosity", "verbosity 1\r\nverbosity 1 x\r\nverbosity 1 noreply\r\n", "OK\r\nOK\r\n"),
        of("verbosity of nothing", "verbosity\r\nverbosity 0 0 0\r\n", ERROR + ERROR),
        of("verbosity with words", "verbosity x\r\nverbosity -1\r\n", BAD + BAD),
        of("verbosity noreply", "verbosity noreply\r\nmn\r\n", "MN\r\n"),
        of(
            "cache_memlimit",
            "cache_memlimit 8\r\ncache_memlimit 9 x\r\ncache_memlimit 9 noreply\r\n",
            "OK\r\nOK\r\n"),
        of(
            "cache_memlimit with words",
            "cache_memlimit x\r\ncache_memlimit -1\r\ncache_memlimit 9 x noreply\r\n",
            ERROR + ERROR + ERROR),
        of("cache_memlimit of nothing", "cache_memlimit\r\ncache_memlimits 9\r\n", ERROR + ERROR),
        of(
            "cache_memlimit out of bounds",
            "cache_memlimit 7\r\ncache_memlimit 1000000001\r\ncache_memlimit 1000000000\r\n",
            "MEMLIMIT_TOO_SMALL cannot set maxbytes to less than 8m\r\n"
                + "MEMLIMIT_ADJUST_FAILED input value is megabytes not bytes\r\n"
                + "MEMLIMIT_ADJUST_FAILED out of bounds or unable to adjust\r\n"),
        of(
            "cache_memlimit noreply",
            "cache_memlimit noreply\r\ncache_memlimit 7 noreply\r\nmn\r\n",
            "MN\r\n"),
        of("extstore", "extstore item_size 100\r\nextstore max_frag .5\r\n", "OK\r\nOK\r\n"),
        of("extstore of nothing", "extstore\r\nextstore item_size\r\n", ERROR + ERROR),
        of("extstore of another", "extstore unknown 1\r\nextstore item_size x\r\n", ERROR + ERROR),
        of(
            "extstore of a share",
            "extstore max_frag 1e3\r\nextstore max_frag .5x\r\n",
            "OK\r\n" + ERROR),
        of(
            "extstore noreply",
            "extstore noreply\r\nextstore low_ttl 5 noreply\r\nmn\r\n",
            "MN\r\n"),
        of(
            "extstore memchunks",
            "extstore free_memchunks 3 4\r\nextstore free_memchunks 64 4\r\n",
            "OK\r\n" + ERROR),
        of("flush_all", A10 + "flush_all\r\nget a\r\n", STORED + "OK\r\nEND\r\n"),
        of("flush_all, noreply", A10 + "flush_all noreply\r\nget a\r\n", STORED + "END\r\n"),
        of(
            "flush_all with 0, noreply",
            A10 + "flush_all 0 noreply\r\nget a\r\n",
            STORED + "END\r\n"),
        of("flush_all of before", A10 + "flush_all -1\r\nget a\r\n", STORED + "OK\r\nEND\r\n"),
        of("flush_all later", A10 + "flush_all 10\r\nmg a\r\n", STORED + "OK\r\nHD\r\n"),
        of(
            "flush_all with words",
            "flush_all x\r\nflush_all 1x\r\nflush_all x noreply\r\n",
            expiry + expiry),
        of("flush_all with a word behind", "flush_all 1 x\r\n", "OK\r\n"),
        of("flush_all with too many words", "flush_all 0 0 0\r\n", ERROR),
        of("stats", "stats\r\n", "STAT pid 7\r\nSTAT args \r\nEND\r\n"),
        of(
            "stats of something",
            "stats settings x\r\n",
            "STAT pid 7\r\nSTAT args settings,x\r\nEND\r\n"),
        of("stats of nothing known", "stats bogus\r\nstats noreply\r\n", ERROR + ERROR),
        of("stats reset", "stats reset\r\nstats reset x\r\n", "RESET\r\nRESET\r\n"),
        of(
            "stats detail",
            "stats detail\r\nstats detail on\r\nstats detail off\r\nstats detail dump\r\n",
            "CLIENT_ERROR usage: stats detail on|off|dump\r\nOK\r\nOK\r\nEND\r\n"),
        of(
            "stats cachedump without arguments",
            "stats cachedump\r\n",
            "CLIENT_ERROR bad command line\r\n"));
  }

  private static Stream<Case> metaGets() {
    String duplicate = "CLIENT_ERROR duplicate flag\r\n";
    String invalid = "CLIENT_ERROR invalid flag\r\n";
    String badToken = "CLIENT_ERROR bad token in command line format\r\n";
    return Stream.of(
        of("mg of nothing", "mg\r\n", ERROR),
        of("mg without flags", A10 + "mg a\r\nmg b\r\n", STORED + "HD\r\nEN\r\n"),
        of("mg v", A10 + "mg a v\r\nmg b v\r\n", STORED + "VA 2\r\n10\r\nEN\r\n"),
        of(
            "flags come back in their order",
            A10 + "mg a s v t c f h k Oabc q\r\nmg a Oabc k h f c t v s\r\n",
            STORED
                + "VA 2 s2 t-1 c1 f5 h0 ka Oabc\r\n10\r\n"
                + "VA 2 Oabc ka h1 f5 c1 t-1 s2\r\n10\r\n"),
        of(
            "a miss gives key and opaque back",
            "mg b v Oabc k\r\nmg b k O\r\n",
            "EN Oabc kb\r\nEN kb O\r\n"),
        of("a quiet miss", "mg b v Oabc k q\r\nmn\r\n", "MN\r\n"),
        of("a quiet hit", A10 + "mg a q\r\nversion\r\n", STORED + "HD\r\nVERSION 1.6.18\r\n"),
        of(
            "u leaves no trace",
            A10 + "mg a u h\r\nmg a h\r\nmg a h\r\n",
            STORED + "HD h0\r\nHD h0\r\nHD h1\r\n"),
        of(
            "the rest of a flag is ignored",
            A10 + "mg a vv\r\nmg a I\r\n",
            STORED + "VA 2\r\n10\r\nHD\r\n"),
        of("P and L are ignored", A10 + "mg a P/x v L/y\r\n", STORED + "VA 2\r\n10\r\n"),
        of(
            "a flag twice",
            "mg a v v\r\nmg a \u0080\r\nmg a \u007f\r\n",
            duplicate + duplicate + duplicate),
        of("flags that are none", "mg a !\r\nmg a z v\r\nmg a S1\r\n", invalid + invalid + invalid),
        of(
            "tokens that are no numbers",
            "mg a Tx\r\nmg a T\r\nmg a N\r\nmg a Rx\r\nmg a Cx\r\n",
            badToken + badToken + badToken + badToken + badToken),
        of(
            "other bad tokens",
            "mg a Fx\r\nmg a M\r\nmg a Jx\r\nmg a Dx\r\n",
            BAD
                + "CLIENT_ERROR incorrect length for M token\r\n"
                + "CLIENT_ERROR invalid numeric initial value\r\n"
                + "CLIENT_ERROR invalid numeric delta value\r\n"),
        of(
            "longest opaque",
            A10 + "mg a " + O31 + "\r\nmg b " + O31 + "\r\n",
            STORED + "HD " + O31 + "\r\nEN " + O31 + "\r\n"),
        of(
            "opaque too long",
            A10 + "mg a " + O32 + "\r\nmg b " + O32 + " q\r\n",
            STORED
                + "CLIENT_ERROR opaque token too long\r\n"
                + "CLIENT_ERROR opaque token too long\r\n"),
        of("a longest key", "mg " + K250 + " v\r\n", "EN\r\n"),
        of("a key too long", "mg " + K251 + " v\r\n", BAD),
        of(
            "seventeen flags",
            A10 + "mg a s v t c f l h k O1 q u P L T0 R0 F1 C9\r\n",
            STORED + "VA 2 s2 t-1 c1 f5 l0 h0 ka O1\r\n10\r\n"),
        of(
            "eighteen flags",
            "mg a s v t c f l h k O1 q u P L T0 R0 F1 C9 I\r\n",
            "CLIENT_ERROR options flags are too long\r\n"),
        of(
            "T counts from where it stands",
            A10 + "mg a t T30\r\nmg a t T40\r\nmg a T50 t\r\n",
            STORED + "HD t-1\r\nHD t30\r\nHD t50\r\n"),
        of("T0 is for ever", A10 + "mg a T30\r\nmg a T0 t\r\n", STORED + "HD\r\nHD t-1\r\n"),
        of(
            "R wins once",
            A10 + "mg a T50\r\nmg a R30\r\nmg a R60 t\r\nmg a R60 t v\r\nmg a\r\n",
            STORED + "HD\r\nHD\r\nHD t50 W\r\nVA 2 t50 Z\r\n10\r\nHD Z\r\n"),
        of(
            "R looks at the life before a T behind it",
            A10 + "touch a 100\r\nmg a R60 T30\r\nmg a T30 R60\r\n",
            STORED + "TOUCHED\r\nHD\r\nHD W\r\n"),
        of(
            "N makes an item and wins",
            "mg a N30 t v c\r\nmg a N30 t v\r\nmg a s\r\n",
            "VA 0 t30 c1 W\r\n\r\nVA 0 t30 Z\r\n\r\nHD s0 Z\r\n"),
        of(
            "T behind N is the expiry",
            "mg a N30 T60 t\r\nmg b T60 N30 t\r\n",
            "HD t60 W\r\nHD t30 W\r\n"),
        of(
            "t says what the flags before it have done to an item that is made",
            "mg a t N30\r\nmg b T9 t N30\r\nmg c N30 t T9\r\nma d t N30\r\nmg e N30 R60 t\r\n",
            "HD t-1 W\r\nHD t9 W\r\nHD t30 W\r\nHD t-1\r\nHD t30 W\r\n"),
        of("N0 is for ever", "mg a N0 t\r\n", "HD t-1 W\r\n"),
        of(
            "a stale item is won once",
            A10 + "md a I\r\nget a\r\nmg a v c\r\nmg a v\r\nms a 1\r\n1\r\nmg a v\r\n",
            STORED
                + "HD\r\nVALUE a 5 2\r\n10\r\nEND\r\nVA 2 c2 X W\r\n10\r\nVA 2 Z X\r\n10\r\n"
                + "HD\r\nVA 1\r\n1\r\n"),
        of(
            "C with the item's own CAS leaves the value out, as since 1.6.40",
            A10 + "mg a v c C1\r\nmg a v c C2\r\n",
            STORED + "HD c1\r\nVA 2 c1\r\n10\r\n"),
        of(
            "E is the CAS of an item that is made, as in later versions",
            "mg a N0 E77 c\r\n",
            "HD c77 W\r\n"));
  }

  private static Stream<Case> metaSets() {
    String duplicate = "CLIENT_ERROR duplicate flag\r\n";
    return Stream.of(
        of("ms of nothing", "ms\r\nms a\r\n", ERROR + BAD),
        of("ms", "ms a 2\r\nab\r\nmg a v\r\n", "HD\r\nVA 2\r\nab\r\n"),
        of("ms gives back", "ms a 2 k O1 c\r\nab\r\n", "HD ka O1 c1\r\n"),
        of(
            "ms s gives the size, as in later versions",
            "ms a 2 s\r\nab\r\nms a 3 MA s\r\nabc\r\n",
            "HD s2\r\nHD s5\r\n"),
        of("a quiet ms", "ms a 2 q k\r\nab\r\nmn\r\n", "MN\r\n"),
        of(
            "a length in words",
            "ms a x\r\nms a -1\r\nms a 1x\r\nms a 2147483647\r\n",
            BAD + BAD + BAD + BAD),
        of(
            "a value too long",
            "ms a 2\r\nabc\r\nms a 2 q\r\nabc\r\n",
            "CLIENT_ERROR bad data chunk\r\n" + ERROR + "CLIENT_ERROR bad data chunk\r\n" + ERROR),
        of("a key too long leaves the value", "ms " + K251 + " 2\r\nab\r\n", BAD + ERROR),
        of(
            "too many flags leave the value",
            "ms a 2 k q I T0 O P L c f h l s u v t N0 J0\r\nab\r\n",
            "CLIENT_ERROR options flags too long\r\n" + ERROR),
        of(
            "a bad flag takes the value",
            "ms a 2 !\r\nab\r\nms a 2 c c\r\nab\r\nms a 2 Fx\r\nab\r\n",
            "CLIENT_ERROR invalid flag\r\n" + duplicate + BAD),
        of(
            "bad modes take the value",
            "ms a 2 Mx\r\nab\r\nms a 2 M\r\nab\r\nms a 2 Mx " + O32 + "\r\nab\r\n",
            "CLIENT_ERROR invalid mode for ms M token\r\n"
                + "CLIENT_ERROR incorrect length for M token\r\n"
                + "CLIENT_ERROR invalid mode for ms M token\r\n"),
        of(
            "opaque too long takes the value",
            "ms a 2 " + O32 + "\r\nab\r\nmn\r\n",
            "CLIENT_ERROR opaque token too long\r\nMN\r\n"),
        of(
            "the last bad token is named",
            "ms a 2 Tx Dx\r\nab\r\nms a 2 Tx Fx\r\nab\r\n",
            "CLIENT_ERROR invalid numeric delta value\r\n"
                + "CLIENT_ERROR bad token in command line format\r\n"),
        of(
            "modes where there is nothing",
            "ms a 1 MA\r\n1\r\nms a 1 MP\r\n1\r\nms a 1 MR c k\r\n1\r\nms a 1 ME\r\n1\r\n",
            "NS\r\nNS\r\nNS c0 ka\r\nHD\r\n"),
        of(
            "modes where there is something",
            A10
                + "ms a 1 ME k c\r\n1\r\nms a 1 MR\r\nx\r\nms a 1 MA\r\n>\r\nms a 1 MP\r\n<\r\n"
                + "mg a v\r\nms a 1 MS\r\nz\r\n",
            STORED + "NS ka c0\r\nHD\r\nHD\r\nHD\r\nVA 3\r\n<x>\r\nHD\r\n"),
        of(
            "N makes an item to append to, as in later versions",
            "ms a 1 MA N30\r\n1\r\nmg a v t\r\n",
            "HD\r\nVA 1 t30\r\n1\r\n"),
        of("flags and expiry", "ms a 1 T30 F7\r\n1\r\nmg a t f\r\n", "HD\r\nHD t30 f7\r\n"),
        of(
            "C",
            "ms a 1 C1\r\n1\r\nms a 1 ME C9\r\n1\r\nms a 1 C9\r\n1\r\nms a 1 C1 c\r\n1\r\n",
            "NF\r\nHD\r\nEX\r\nHD c2\r\n"),
        of(
            "C with append",
            "ms a 1 MA C1\r\n1\r\n" + A10 + "ms a 1 MA C9\r\n1\r\nms a 1 MA C1\r\n1\r\n",
            "NS\r\n" + STORED + "EX\r\nHD\r\n"),
        of(
            "C0 compares with nothing when it appends",
            A10 + "ms a 1 MA C0\r\n1\r\nms a 1 C0\r\n1\r\n",
            STORED + "HD\r\nEX\r\n"),
        of(
            "I takes a lower CAS and marks the item stale",
            A10 + A10 + "ms a 1 C1 I\r\nx\r\nmg a v\r\nms a 1 C9 I\r\nx\r\nms a 1 C0 I\r\nx\r\n",
            STORED + STORED + "HD\r\nVA 1 X W\r\nx\r\nEX\r\nEX\r\n"),
        of(
            "E is the new CAS, as in later versions",
            "ms a 1 E77 c\r\n1\r\nms a 1 C77 c\r\n1\r\n",
            "HD c77\r\nHD c2\r\n"),
        of(
            "too large in any mode removes the old value",
            A10 + "ms a 2000 MA q O1\r\n" + BIG + "\r\nget a\r\n",
            STORED + "SERVER_ERROR object too large for cache\r\nEND\r\n"));
  }

  private static Stream<Case> metaOthers() {
    String invalid = "CLIENT_ERROR invalid or duplicate flag\r\n";
    return Stream.of(
        of(
            "md",
            A10 + "md a\r\nmd a\r\nmd a q\r\nmd a Oq k q\r\nmd\r\n",
            STORED + "HD\r\nNF\r\nNF\r\nNF Oq ka\r\n" + ERROR),
        of("a quiet md", A10 + "md a q\r\nmn\r\n", STORED + "MN\r\n"),
        of("md gives back", A10 + "md a k O1\r\n", STORED + "HD ka O1\r\n"),
        of(
            "md C",
            A10 + "md a C9\r\nmd a C9 q\r\nmd a C9 I\r\nmd a C1\r\n",
            STORED + "EX\r\nEX\r\nEX\r\nHD\r\n"),
        of(
            "md I with T",
            A10 + "md a I T30\r\nmg a t\r\nmd a T30\r\nmg a\r\n",
            STORED + "HD\r\nHD t30 X W\r\nHD\r\nEN\r\n"),
        of(
            "md x leaves an empty item, as in later versions",
            A10 + "md a x\r\nmg a v f\r\n",
            STORED + "HD\r\nVA 0 f0\r\n\r\n"),
        of(
            "bad md",
            "md a !\r\nmd a q q\r\nmd a Tx\r\nmd a " + O32 + "\r\nmd " + K251 + "\r\n",
            invalid + invalid + invalid + "CLIENT_ERROR opaque token too long\r\n" + BAD),
        of(
            "ma of nothing",
            "ma a\r\nma a q\r\nma a O1 k q\r\nma\r\n",
            "NF\r\nNF\r\nNF O1 ka\r\n" + ERROR),
        of(
            "ma makes a number",
            "ma a N0 v\r\nma a v\r\nma b N30 J13 v t\r\nma b N30 J13 v\r\n",
            "VA 1\r\n0\r\nVA 1\r\n1\r\nVA 2 t30\r\n13\r\nVA 2\r\n14\r\n"),
        of(
            "ma goes both ways",
            A10
                + "ma a\r\n"
                + "ma a MI v\r\n"
                + "ma a M+ v\r\n"
                + "ma a MD v\r\n"
                + "ma a M- D5 v\r\n"
                + "ma a MD D99 v\r\n",
            STORED + "HD\r\nVA 2\r\n12\r\nVA 2\r\n13\r\nVA 2\r\n12\r\nVA 1\r\n7\r\nVA 1\r\n0\r\n"),
        of("ma gives back", A10 + "ma a v t c k O9\r\n", STORED + "VA 2 t-1 c2 ka O9\r\n11\r\n"),
        of("a quiet ma", A10 + "ma a q v\r\nmg a v\r\n", STORED + "VA 2\r\n11\r\n"),
        of(
            "a quiet ma that makes a number is quiet, other than memcached's",
            "ma a q N0\r\nmn\r\n",
            "MN\r\n"),
        of("ma T", A10 + "ma a t T90\r\nma a T30 t\r\n", STORED + "HD t-1\r\nHD t30\r\n"),
        of(
            "ma C",
            A10 + "ma a C9 k\r\nma a C1 v\r\nma a C0 v\r\n",
            STORED + "EX ka\r\nVA 2\r\n11\r\nVA 2\r\n12\r\n"),
        of("ma E, as in later versions", A10 + "ma a E77 c\r\n", STORED + "HD c77\r\n"),
        of(
            "bad ma",
            "ma a !\r\nma a Jx\r\nma a Dx\r\nma a Mz\r\nma a MII\r\nma a " + O32 + "\r\n",
            invalid
                + invalid
                + invalid
                + "CLIENT_ERROR invalid mode for ma M token\r\n"
                + invalid
                + "CLIENT_ERROR opaque token too long\r\n"),
        of("mn", "mn\r\nmn x y\r\n", "MN\r\nMN\r\n"),
        of("no such meta command", "mz\r\nmgx a\r\n", ERROR + ERROR),
        of(
            "me",
            A10 + "me a\r\nmg a\r\nme a x\r\nme b\r\nme\r\n",
            STORED
                + "ME a exp=-1 la=0 cas=1 fetch=no cls=1 size=35\r\nHD\r\n"
                + "ME a exp=-1 la=0 cas=1 fetch=yes cls=1 size=35\r\nEN\r\n"
                + BAD),
        of(
            "me of a larger item",
            "set a 0 0 1000\r\n" + "x".repeat(1000) + "\r\nme a\r\n",
            STORED + "ME a exp=-1 la=0 cas=1 fetch=no cls=12 size=1033\r\n"),
        of(
            "me of an expiry",
            "set a 0 100 1\r\n1\r\nme a\r\n",
            STORED + "ME a exp=-100 la=0 cas=1 fetch=no cls=1 size=34\r\n"),
        of(
            "me in base64",
            "ms YQ== 1 b\r\n1\r\nme YQ== b\r\nme a b\r\n",
            "HD\r\nME YQ== exp=-1 la=0 cas=1 fetch=no cls=1 size=34\r\n" + BAD));
  }

  private static Stream<Case> base64() {
    String bad = "CLIENT_ERROR error decoding key\r\n";
    return Stream.of(
        of(
            "a key in base64",
            "ms Zm9v 2 b k c\r\nab\r\nmg Zm9v b k v\r\nmg foo k v\r\nget foo\r\nmg Zm9v k\r\n",
            "HD kZm9v b c1\r\nVA 2 kZm9v b\r\nab\r\nVA 2 kZm9v b\r\nab\r\n"
                + "VALUE foo 0 2\r\nab\r\nEND\r\nEN kZm9v\r\n"),
        of(
            "the other commands",
            A10 + "mg YQ== b k\r\nma YQ== b k\r\nmd YQ== k b\r\nmd YQ== b k\r\nma YQ== b k\r\n",
            STORED + "HD ka\r\nHD kYQ== b\r\nHD kYQ== b\r\nNF kYQ== b\r\nNF kYQ== b\r\n"),
        of(
            "no base64",
            "mg Zm9 b\r\nmg !!!! b\r\nmg ==== b\r\nmg Z=== b\r\nmg -_-_ b\r\n",
            bad + bad + bad + bad + bad),
        of("the first padding ends it", "mg YQ==YQ== b k\r\n", "EN kYQ== b\r\n"),
        of("other characters are skipped", "mg Zm9v\tZm9v b k\r\n", "EN kZm9vZm9v b\r\n"),
        of("bits that are left over go", "mg Zh== b k\r\n", "EN kZg== b\r\n"),
        of(
            "bytes that could not be sent otherwise",
            "ms AAAA 1 b\r\n1\r\nmg AAAA b k v\r\n",
            "HD\r\nVA 1 kAAAA b\r\n1\r\n"),
        of("a bad key takes the value of ms", "ms Zm9 2 b\r\nab\r\nmn\r\n", bad + "MN\r\n"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void inOnePiece(Case each) {
    try (SessionRig rig = new SessionRig()) {
      assertThat(rig.ask(each.input())).isEqualTo(each.output());
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void splitAtEveryByte(Case each) {
    for (int at = 1; at < Math.min(each.input().length(), 600); at++) {
      try (SessionRig rig = new SessionRig()) {
        rig.send(each.input().substring(0, at)).send(each.input().substring(at));
        assertThat(rig.written()).as("split at %d", at).isEqualTo(each.output());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void byteByByte(Case each) {
    try (SessionRig rig = new SessionRig()) {
      assertThat(rig.sendInPieces(each.input(), 1).written()).isEqualTo(each.output());
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void withEveryAnswerLate(Case each) {
    try (SessionRig rig = new SessionRig()) {
      rig.cache.late = request -> true;
      assertThat(rig.send(each.input()).answerAll().written()).isEqualTo(each.output());
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void withEveryAnswerLateByteByByte(Case each) {
    try (SessionRig rig = new SessionRig()) {
      rig.cache.late = request -> true;
      rig.sendInPieces(each.input(), 1);
      assertThat(rig.answerAll().written()).isEqualTo(each.output());
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void withAnswersNowAndLaterInAnyOrder(Case each) {
    for (long seed = 1; seed <= 20; seed++) {
      Random random = new Random(seed);
      try (SessionRig rig = new SessionRig()) {
        rig.cache.late = request -> random.nextBoolean();
        rig.sendInPieces(each.input(), 1 + random.nextInt(each.input().length()));
        while (!rig.cache.waiting.isEmpty()) {
          rig.answerLate(random.nextInt(rig.cache.waiting.size()));
        }
        assertThat(rig.written()).as("seed %d", seed).isEqualTo(each.output());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void withRepliesThatAreWrittenSlowly(Case each) {
    ProtocolConfig narrow = new ProtocolConfig(2, 4096, 1, 20, 2048, 4, 4096);
    try (SessionRig rig = new SessionRig(narrow, 1 << 20)) {
      rig.writesAtOnce = false;
      rig.send(each.input()).writeAll();
      assertThat(rig.written()).isEqualTo(each.output());
    }
  }
}

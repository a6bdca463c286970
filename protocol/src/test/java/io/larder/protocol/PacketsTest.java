package io.larder.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Verb;
import io.larder.protocol.auth.Passwords;
import io.larder.protocol.binary.Opcode;
import io.larder.protocol.stats.ProtocolCounter;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What packets of the binary protocol do, and how they are answered. */
class PacketsTest {
  private static final int NOT_FOUND = 1;
  private static final int EXISTS = 2;
  private static final int TOO_LARGE = 3;
  private static final int INVALID = 4;
  private static final int NOT_STORED = 5;
  private static final int NON_NUMERIC = 6;
  private static final int AUTH_ERROR = 0x20;
  private static final int AUTH_CONTINUE = 0x21;
  private static final int UNKNOWN_COMMAND = 0x81;

  private static final Passwords PASSWORDS =
      (user, password) ->
          new String(user, ISO_8859_1).equals("joe")
              && new String(password, ISO_8859_1).equals("secret");

  private SessionRig rig = new SessionRig();

  @AfterEach
  void everythingLentComesBack() {
    rig.close();
  }

  private List<Packet> ask(Packet... packets) {
    return Packet.parse(rig.ask(bytes(packets)));
  }

  private static String bytes(Packet... packets) {
    return Stream.of(packets).map(Packet::bytes).collect(Collectors.joining());
  }

  private Packet askOne(Packet packet) {
    List<Packet> replies = ask(packet);
    assertThat(replies).hasSize(1);
    return replies.getFirst();
  }

  private void rules(ProtocolRules rules) {
    rig.close();
    rig = new SessionRig(rules);
  }

  // --- items

  @Test
  void whatIsSetIsGottenWithItsFlagsAndItsCas() {
    Packet set =
        Packet.store(Opcode.SET, "key", "value")
            .withExtras(Packet.ints(0x01020304, 0))
            .withOpaque(77);
    Packet stored = askOne(set);
    assertThat(stored.status()).isZero();
    assertThat(stored.magic()).isEqualTo(0x81);
    assertThat(stored.opcode()).isEqualTo(Opcode.SET.code());
    assertThat(stored.opaque()).isEqualTo(77);
    assertThat(stored.cas()).isPositive();

    Packet got = askOne(Packet.of(Opcode.GET, "key").withOpaque(-5));
    assertThat(got.extras()).isEqualTo("\1\2\3\4");
    assertThat(got.key()).isEmpty();
    assertThat(got.value()).isEqualTo("value");
    assertThat(got.cas()).isEqualTo(stored.cas());
    assertThat(got.opaque()).isEqualTo(-5);
    assertThat(askOne(Packet.of(Opcode.GETK, "key")).key()).isEqualTo("key");
  }

  @Test
  void aMissNamesItsKeyIfAskedTo() {
    Packet get = askOne(Packet.of(Opcode.GET, "key"));
    assertThat(get.status()).isEqualTo(NOT_FOUND);
    assertThat(get.key()).isEmpty();
    assertThat(get.value()).isEqualTo("Not found");

    Packet getWithKey = askOne(Packet.of(Opcode.GETK, "key"));
    assertThat(getWithKey.status()).isEqualTo(NOT_FOUND);
    assertThat(getWithKey.key()).isEqualTo("key");
    assertThat(getWithKey.value()).isEmpty();
  }

  @Test
  void quietGetsAreSilentAboutMissesAndOtherQuietCommandsAboutSuccess() {
    rig.cache.put("there", "1");

    List<Packet> replies =
        ask(
            Packet.of(Opcode.GETQ, "missing"),
            Packet.of(Opcode.GETKQ, "missing"),
            Packet.of(Opcode.GATQ, "missing").withExtras(Packet.ints(0)),
            Packet.of(Opcode.GATKQ, "missing").withExtras(Packet.ints(0)),
            Packet.of(Opcode.GETQ, "there"),
            Packet.of(Opcode.GATKQ, "there").withExtras(Packet.ints(0)),
            Packet.store(Opcode.SETQ, "new", "1"),
            Packet.store(Opcode.ADDQ, "new", "2"),
            Packet.store(Opcode.REPLACEQ, "new", "3"),
            Packet.of(Opcode.APPENDQ, "new").withValue("4"),
            Packet.of(Opcode.PREPENDQ, "new").withValue("5"),
            Packet.arithmetic(Opcode.INCREMENTQ, "new", 1, 0, 0),
            Packet.arithmetic(Opcode.DECREMENTQ, "new", 2, 0, 0),
            Packet.of(Opcode.GETK, "new"),
            Packet.of(Opcode.DELETEQ, "new"),
            Packet.of(Opcode.DELETEQ, "new"),
            Packet.of(Opcode.FLUSHQ),
            Packet.of(Opcode.NOOP));

    assertThat(replies.stream().map(Packet::opcode))
        .containsExactly(
            Opcode.GETQ.code(),
            Opcode.GATKQ.code(),
            Opcode.ADDQ.code(),
            Opcode.GETK.code(),
            Opcode.DELETEQ.code(),
            Opcode.NOOP.code());
    assertThat(replies.stream().map(Packet::status)).containsExactly(0, 0, EXISTS, 0, NOT_FOUND, 0);
    assertThat(replies.get(3).value()).isEqualTo("533");
  }

  @Test
  void addAndReplaceSayWhyTheyDidNothing() {
    assertThat(askOne(Packet.store(Opcode.REPLACE, "key", "1")).status()).isEqualTo(NOT_FOUND);
    assertThat(askOne(Packet.store(Opcode.ADD, "key", "1")).status()).isZero();
    Packet again = askOne(Packet.store(Opcode.ADD, "key", "2"));
    assertThat(again.status()).isEqualTo(EXISTS);
    assertThat(again.value()).isEqualTo("Data exists for key.");
    assertThat(askOne(Packet.of(Opcode.APPEND, "other").withValue("1")).status())
        .isEqualTo(NOT_STORED);
    assertThat(rig.cache.value("key")).isEqualTo("1");
  }

  @Test
  void aCasMakesEveryStoreOneThatCompares() {
    long cas = askOne(Packet.store(Opcode.SET, "key", "1")).cas();

    assertThat(askOne(Packet.store(Opcode.SET, "key", "2").withCas(cas + 1)).status())
        .isEqualTo(EXISTS);
    Packet added = askOne(Packet.store(Opcode.ADD, "key", "3").withCas(cas));
    assertThat(added.status()).isZero();
    assertThat(rig.cache.value("key")).isEqualTo("3");
    assertThat(askOne(Packet.store(Opcode.ADD, "other", "3").withCas(cas)).status())
        .isEqualTo(NOT_FOUND);
    assertThat(askOne(Packet.of(Opcode.DELETE, "key").withCas(cas)).status()).isEqualTo(EXISTS);
    assertThat(askOne(Packet.of(Opcode.DELETE, "key").withCas(added.cas())).status()).isZero();
    assertThat(rig.count(ProtocolCounter.CAS_BADVAL)).isOne();
    assertThat(rig.count(ProtocolCounter.CAS_HITS)).isOne();
    assertThat(rig.count(ProtocolCounter.CAS_MISSES)).isOne();
  }

  @Test
  void numbersAreMadeUnlessTheExpiryForbidsIt() {
    assertThat(askOne(Packet.arithmetic(Opcode.INCREMENT, "n", 1, 5, -1)).status())
        .isEqualTo(NOT_FOUND);
    Packet made = askOne(Packet.arithmetic(Opcode.INCREMENT, "n", 1, 5, 0));
    assertThat(made.value()).isEqualTo(Packet.longs(5));
    assertThat(made.cas()).isPositive();
    assertThat(askOne(Packet.arithmetic(Opcode.INCREMENT, "n", 3, 5, 0)).value())
        .isEqualTo(Packet.longs(8));
    assertThat(askOne(Packet.arithmetic(Opcode.DECREMENT, "n", 9, 5, 0)).value())
        .isEqualTo(Packet.longs(0));
    rig.cache.put("text", "x");
    assertThat(askOne(Packet.arithmetic(Opcode.INCREMENT, "text", 1, 0, 0)).status())
        .isEqualTo(NON_NUMERIC);
    assertThat(rig.count(ProtocolCounter.INCR_MISSES)).isOne();
  }

  @Test
  void touchChangesTheExpiryAndShowsTheFlags() {
    rig.cache.put("key", "value");
    Packet touched = askOne(Packet.of(Opcode.TOUCH, "key").withExtras(Packet.ints(100)));
    assertThat(touched.extras()).isEqualTo(Packet.ints(0));
    assertThat(touched.value()).isEmpty();

    rig.cache.nowSeconds += 99;
    Packet got = askOne(Packet.of(Opcode.GAT, "key").withExtras(Packet.ints(100)));
    assertThat(got.value()).isEqualTo("value");
    rig.cache.nowSeconds += 99;
    assertThat(askOne(Packet.of(Opcode.GET, "key")).status()).isZero();
    rig.cache.nowSeconds += 2;
    assertThat(askOne(Packet.of(Opcode.GET, "key")).status()).isEqualTo(NOT_FOUND);
    assertThat(rig.count(ProtocolCounter.TOUCH_HITS)).isEqualTo(2);
    assertThat(rig.count(ProtocolCounter.GET_HITS)).isOne();
  }

  @Test
  void aKeyMayBeAnyBytes() {
    String key = "a b\r\n\0\u00ff";
    assertThat(askOne(Packet.store(Opcode.SET, key, "1")).status()).isZero();
    assertThat(askOne(Packet.of(Opcode.GETK, key)).key()).isEqualTo(key);
  }

  @Test
  void aValueThatIsTooLargeIsSwallowedAndTakesTheOldOneWithIt() {
    rig.cache.put("key", "old");
    rig.cache.put("other", "old");
    String large = "v".repeat(rig.cache.valueBytesMax + 1);

    List<Packet> replies =
        ask(
            Packet.store(Opcode.SETQ, "key", large),
            Packet.store(Opcode.REPLACE, "other", large),
            Packet.of(Opcode.NOOP));

    assertThat(replies.stream().map(Packet::status)).containsExactly(TOO_LARGE, TOO_LARGE, 0);
    assertThat(rig.cache.value("key")).isNull();
    assertThat(rig.cache.value("other")).isEqualTo("old");
  }

  @Test
  void aValueOfFourGibibytesIsRefusedWithoutWaitingForIt() {
    Packet set = Packet.store(Opcode.SET, "key", "");
    rig.send(set.header(-1) + set.extras() + set.key());
    assertThat(Packet.parse(rig.written()).getFirst().status()).isEqualTo(TOO_LARGE);
    rig.send("v".repeat(100_000));
    assertThat(rig.written()).isEmpty();
    assertThat(rig.budget.usedBytes()).isZero();
  }

  // --- order

  @Test
  void repliesKeepTheOrderOfTheirCommandsWhateverTheOrderOfTheAnswers() {
    rig.cache.put("a", "1");
    rig.cache.put("b", "2");
    rig.cache.late = request -> request.verb == Verb.READ;
    rig.send(
        bytes(
            Packet.of(Opcode.GETK, "a"),
            Packet.of(Opcode.GETKQ, "b"),
            Packet.of(Opcode.GETK, "none"),
            Packet.of(Opcode.NOOP)));
    assertThat(rig.cache.waiting).hasSize(3);

    rig.answerLate(2).answerLate(1);
    assertThat(rig.written()).isEmpty();
    rig.answerLate(0);
    assertThat(Packet.parse(rig.written()).stream().map(Packet::key))
        .containsExactly("a", "b", "none", "");
  }

  @Test
  void aChangeThatWaitsLetsNothingBehindItStart() {
    rig.cache.late = request -> request.verb == Verb.STORE;
    rig.send(bytes(Packet.store(Opcode.SET, "key", "1"), Packet.of(Opcode.GETK, "key")));
    assertThat(rig.cache.executed).containsExactly("STORE key");

    rig.answerLate(0);
    assertThat(Packet.parse(rig.written()).getLast().value()).isEqualTo("1");
  }

  @ParameterizedTest
  @EnumSource(
      value = Opcode.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"QUIT", "QUITQ"})
  void packetsMayBeCutAnywhere(Opcode opcode) {
    String packets =
        bytes(
            Packet.store(Opcode.SET, "key", "17"),
            whole(opcode),
            Packet.of(Opcode.GETK, "key"),
            Packet.of(Opcode.NOOP).withOpaque(9));
    String expected = rig.ask(packets);
    assertThat(Packet.parse(expected).getLast().opaque()).isEqualTo(9);
    for (int size = 1; size < packets.length(); size++) {
      rig.close();
      rig = new SessionRig();
      rig.sendInPieces(packets, size);
      assertThat(rig.written()).as("in pieces of %d", size).isEqualTo(expected);
    }
  }

  /** A packet with every part its command may have. */
  private static Packet whole(Opcode opcode) {
    return Arrays.asList(0, 4, 8, 20).stream()
        .flatMap(extras ->
            Stream.of("", "key")
                .flatMap(key ->
                    Stream.of("", "1")
                        .map(value ->
                            Packet.of(opcode, key)
                                .withExtras("\0".repeat(extras))
                                .withValue(value))))
        .filter(packet ->
            opcode.takes(packet.extras().length(), packet.key().length(), packet.value().length()))
        .reduce((one, other) -> other)
        .orElseThrow();
  }

  // --- the server

  @Test
  void theServerTellsOfItself() {
    assertThat(askOne(Packet.of(Opcode.VERSION)).value()).isEqualTo("1.6.18");
    assertThat(ask(Packet.of(Opcode.STAT)).stream().map(stat -> stat.key() + "=" + stat.value()))
        .containsExactly("pid=7", "args=", "=");
    assertThat(
            ask(Packet.of(Opcode.STAT, "settings")).stream()
                .map(stat -> stat.key() + "=" + stat.value()))
        .containsExactly("pid=7", "args=settings", "=");
    assertThat(askOne(Packet.of(Opcode.STAT, "nonsense")).status()).isEqualTo(NOT_FOUND);
    assertThat(askOne(Packet.of(Opcode.STAT, "reset")).key()).isEmpty();
    assertThat(rig.resets).isOne();
    assertThat(askOne(Packet.of(Opcode.VERBOSITY).withExtras(Packet.ints(2))).status()).isZero();
    assertThat(rig.verbosity).isEqualTo(2);
  }

  @Test
  void flushForgetsEverythingNowOrLater() {
    assertThat(askOne(Packet.of(Opcode.FLUSH)).status()).isZero();
    assertThat(askOne(Packet.of(Opcode.FLUSH).withExtras(Packet.ints(0))).status()).isZero();
    assertThat(askOne(Packet.of(Opcode.FLUSH).withExtras(Packet.ints(30))).status()).isZero();
    assertThat(rig.flushes).containsExactly(0L, 0L, 30L);
    assertThat(rig.count(ProtocolCounter.CMD_FLUSH)).isEqualTo(3);
  }

  @Test
  void flushIsRefusedWhereItIsNotAllowed() {
    rules(new ProtocolRules(Spoken.AUTO, null, false, true, true));
    assertThat(askOne(Packet.of(Opcode.FLUSHQ)).status()).isEqualTo(AUTH_ERROR);
    assertThat(rig.flushes).isEmpty();
  }

  @Test
  void quitIsAnsweredAndQuietQuitIsNot() {
    assertThat(askOne(Packet.of(Opcode.QUIT)).status()).isZero();
    assertThat(rig.wantsClose()).isTrue();
    rules(ProtocolRules.OPEN);
    assertThat(ask(Packet.of(Opcode.QUITQ), Packet.of(Opcode.NOOP))).isEmpty();
    assertThat(rig.wantsClose()).isTrue();
  }

  // --- mistakes

  @Test
  void anUnknownCommandIsSaidSoAndTheNextOneIsFound() {
    Packet unknown = new Packet(0x80, 0x7f, 0, "extra", "key", "value".repeat(50), 3, 0);
    List<Packet> replies = ask(unknown, Packet.of(Opcode.SASL_LIST), Packet.of(Opcode.NOOP));
    assertThat(replies.stream().map(Packet::status))
        .containsExactly(UNKNOWN_COMMAND, UNKNOWN_COMMAND, 0);
    assertThat(replies.getFirst().opaque()).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource
  void aPacketWithPartsItsCommandHasNoUseForEndsTheConnection(Opcode opcode) {
    Packet wrong = whole(opcode).withExtras("\0".repeat(5));
    List<Packet> replies = ask(wrong, Packet.of(Opcode.NOOP));
    assertThat(replies.stream().map(Packet::status)).containsExactly(INVALID);
    assertThat(replies.getFirst().value()).isEqualTo("Invalid arguments");
    assertThat(rig.wantsClose()).isTrue();
  }

  @Test
  void aKeyThatIsTooLongEndsTheConnection() {
    assertThat(askOne(Packet.of(Opcode.GET, "k".repeat(250))).status()).isEqualTo(NOT_FOUND);
    rig.send(Packet.of(Opcode.GET, "k".repeat(251)).header(251));
    assertThat(Packet.parse(rig.written()).getFirst().status()).isEqualTo(INVALID);
    assertThat(rig.wantsClose()).isTrue();
  }

  @Test
  void aBodyShorterThanItsPartsEndsTheConnection() {
    Packet get = Packet.of(Opcode.GET, "key");
    rig.send(get.header(2) + "key");
    assertThat(Packet.parse(rig.written()).getFirst().status()).isEqualTo(UNKNOWN_COMMAND);
    assertThat(rig.wantsClose()).isTrue();
  }

  @Test
  void whatIsNoPacketEndsTheConnection() {
    assertThat(askOne(Packet.of(Opcode.NOOP)).status()).isZero();
    assertThat(rig.ask("get key\r\n" + "x".repeat(30))).isEmpty();
    assertThat(rig.wantsClose()).isTrue();
  }

  @Test
  void aValueForWhichThereIsNoMemoryIsRefused() {
    rig.close();
    rig = new SessionRig(ProtocolConfig.DEFAULT, 10_000);
    rig.cache.valueBytesMax = 100_000;
    rig.cache.put("key", "old");
    String packets =
        bytes(Packet.store(Opcode.SET, "key", "v".repeat(50_000)), Packet.of(Opcode.NOOP));
    rig.sendInPieces(packets, 3000);
    List<Packet> replies = Packet.parse(rig.written());
    assertThat(replies.stream().map(Packet::status)).containsExactly(0x82, 0);
    assertThat(rig.cache.value("key")).isNull();
    assertThat(rig.count(ProtocolCounter.STORE_NO_MEMORY)).isOne();
  }

  // --- which protocol

  @Test
  void theFirstByteDecidesUnlessARuleDoes() {
    rules(new ProtocolRules(Spoken.ASCII, null, true, true, true));
    assertThat(rig.ask(Packet.of(Opcode.VERSION).bytes() + "\r\n")).isEqualTo("ERROR\r\n");
    rules(new ProtocolRules(Spoken.BINARY, null, true, true, true));
    assertThat(rig.ask("version\r\nversion\r\nversion\r\n")).isEmpty();
    assertThat(rig.wantsClose()).isTrue();
    rules(ProtocolRules.OPEN);
    assertThat(rig.ask("mn\r\n")).isEqualTo("MN\r\n");
    assertThat(rig.ask(Packet.of(Opcode.VERSION).bytes() + "\r\n")).isEqualTo("ERROR\r\n");
  }

  // --- who the client is

  private void needsPassword() {
    rules(new ProtocolRules(Spoken.BINARY, PASSWORDS, true, true, true));
  }

  private static Packet login(String mechanism, String value) {
    return Packet.of(Opcode.SASL_AUTH, mechanism).withValue(value);
  }

  @ParameterizedTest
  @EnumSource(
      value = Opcode.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"SASL_LIST", "SASL_AUTH", "SASL_STEP", "VERSION"})
  void anUnknownClientMayDoNothing(Opcode opcode) {
    needsPassword();
    rig.cache.put("key", "value");
    assertThat(askOne(whole(opcode)).status()).isEqualTo(AUTH_ERROR);
    assertThat(rig.wantsClose()).isTrue();
    assertThat(rig.cache.executed).isEmpty();
    assertThat(rig.cache.value("key")).isEqualTo("value");
  }

  @Test
  void whoKnowsThePasswordMayDoEverything() {
    needsPassword();
    assertThat(askOne(Packet.of(Opcode.SASL_LIST)).value()).isEqualTo("PLAIN");
    Packet wrong = askOne(login("PLAIN", "\0joe\0wrong"));
    assertThat(wrong.status()).isEqualTo(AUTH_ERROR);
    assertThat(wrong.value()).isEqualTo("Auth failure.");
    Packet right = askOne(login("PLAIN", "\0joe\0secret"));
    assertThat(right.status()).isZero();
    assertThat(right.value()).isEqualTo("Authenticated");
    assertThat(askOne(Packet.store(Opcode.SET, "key", "1")).status()).isZero();
    assertThat(rig.count(ProtocolCounter.AUTH_CMDS)).isEqualTo(2);
    assertThat(rig.count(ProtocolCounter.AUTH_ERRORS)).isOne();

    assertThat(askOne(login("PLAIN", "\0joe\0wrong")).status()).isEqualTo(AUTH_ERROR);
    assertThat(askOne(Packet.of(Opcode.GET, "key")).status()).isEqualTo(AUTH_ERROR);
  }

  @Test
  void thePasswordMayComeInAStepOfItsOwn() {
    needsPassword();
    assertThat(askOne(Packet.of(Opcode.SASL_STEP, "PLAIN").withValue("\0joe\0secret")).status())
        .isEqualTo(AUTH_ERROR);
    assertThat(askOne(login("PLAIN", "")).status()).isEqualTo(AUTH_CONTINUE);
    assertThat(askOne(Packet.of(Opcode.SASL_STEP, "PLAIN").withValue("\0joe\0secret")).status())
        .isZero();
    assertThat(askOne(Packet.of(Opcode.NOOP)).status()).isZero();
  }

  @Test
  void otherMechanismsAndOtherFormsAreRefused() {
    needsPassword();
    assertThat(askOne(login("CRAM-MD5", "\0joe\0secret")).status()).isEqualTo(AUTH_ERROR);
    assertThat(askOne(login("PLAIN", "joe secret")).status()).isEqualTo(AUTH_ERROR);
    assertThat(askOne(login("PLAIN", "\0joe")).status()).isEqualTo(AUTH_ERROR);
    rig.sendInPieces(login("PLAIN", "\0joe\0" + "x".repeat(5000)).bytes(), 700);
    assertThat(Packet.parse(rig.written()).getFirst().status()).isEqualTo(AUTH_ERROR);
    assertThat(askOne(login("PLAIN", "\0joe\0secret")).status()).isZero();
  }
}

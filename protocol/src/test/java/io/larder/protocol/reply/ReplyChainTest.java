package io.larder.protocol.reply;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Replies in chunks: in order, whole, and given back. */
class ReplyChainTest {
  private final ChunkPool pool = new ChunkPool(4);
  private final ReplyChain chain = new ReplyChain(pool, false);
  private final ReplyChain waiting = new ReplyChain(pool, true);

  @AfterEach
  void everyChunkComesBack() {
    chain.clear();
    waiting.clear();
    assertThat(pool.takenCount()).isZero();
  }

  @Test
  void emptyChainHoldsNothing() {
    assertThat(chain.isEmpty()).isTrue();
    assertThat(chain.lengthBytes()).isZero();
    assertThat(chain.takeFirst()).isNull();
    assertThat(pool.takenCount()).isZero();
  }

  @Test
  void numbersAreWrittenAsDecimals() {
    for (int power = 0; power < 64; power++) {
      for (long off = -2; off <= 2; off++) {
        number((1L << power) + off);
      }
    }
    BigInteger ten = BigInteger.ONE;
    for (int digits = 1; digits <= 20; digits++) {
      number(ten.longValue());
      number(ten.longValue() - 1);
      ten = ten.multiply(BigInteger.TEN);
    }
  }

  private void number(long number) {
    chain.reserve(20);
    chain.putDecimal(number);
    assertThat(ReplyChain.decimalDigits(number)).isEqualTo((int) chain.lengthBytes());
    assertThat(takeAll(chain)).isEqualTo(Long.toUnsignedString(number));
  }

  @Test
  void bytesGoOverAsManyChunksAsTheyNeed() {
    String text = "0123456789".repeat(10_000);
    chain.append(text);
    chain.append("end");
    assertThat(chain.lengthBytes()).isEqualTo(text.length() + 3);
    assertThat(pool.takenCount()).isEqualTo(7);
    assertThat(takeAll(chain)).isEqualTo(text + "end");
  }

  @Test
  void lineThatIsReservedForStaysWhole() {
    chain.append("x".repeat(ChunkPool.LARGE_BYTES - 10));
    chain.reserve(20);
    chain.put(Text.of("twelve bytes"));
    assertThat(chain.lengthBytes()).isEqualTo(ChunkPool.LARGE_BYTES + 2);
    assertThat(lengthOfFirst()).isEqualTo(ChunkPool.LARGE_BYTES - 10);
    assertThat(lengthOfFirst()).isEqualTo(12);
  }

  @Test
  void waitingReplyStartsSmall() {
    waiting.reserve(500, 4096);
    assertThat(waiting.memory().byteSize()).isEqualTo(ChunkPool.SMALL_BYTES);
    waiting.clear();
    waiting.reserve(500, 8000);
    assertThat(waiting.memory().byteSize()).isEqualTo(ChunkPool.LARGE_BYTES);
  }

  @Test
  void shortRepliesThatWaitedJoinTheChunkBeforeThem() {
    chain.append("one ");
    waiting.append("two ");
    chain.moveFrom(waiting);
    waiting.append("three");
    chain.moveFrom(waiting);
    assertThat(waiting.isEmpty()).isTrue();
    assertThat(pool.takenCount()).isEqualTo(1);
    assertThat(takeAll(chain)).isEqualTo("one two three");
  }

  @Test
  void longRepliesThatWaitedAreNotCopied() {
    chain.append("one ");
    waiting.append("w".repeat(4000));
    chain.moveFrom(waiting);
    assertThat(pool.takenCount()).isEqualTo(2);
    chain.append(" three");
    assertThat(pool.takenCount()).isEqualTo(2);
    assertThat(takeAll(chain)).isEqualTo("one " + "w".repeat(4000) + " three");
  }

  @Test
  void chainThatWasEmptyTakesWhatIsMovedToIt() {
    waiting.append("w".repeat(30_000));
    chain.moveFrom(waiting);
    assertThat(takeAll(chain)).isEqualTo("w".repeat(30_000));
    chain.moveFrom(waiting);
    assertThat(chain.isEmpty()).isTrue();
  }

  @Test
  void poolKeepsOnlySoManyIdleChunks() {
    chain.append("x".repeat(10 * ChunkPool.LARGE_BYTES));
    chain.clear();
    chain.append("x".repeat(10 * ChunkPool.LARGE_BYTES));
    assertThat(pool.takenCount()).isEqualTo(10);
  }

  private int lengthOfFirst() {
    ReplyChunk first = chain.takeFirst();
    assertThat(first).isNotNull();
    int length = first.length();
    pool.giveBack(first);
    return length;
  }

  private String takeAll(ReplyChain from) {
    StringBuilder text = new StringBuilder();
    for (ReplyChunk chunk = from.takeFirst(); chunk != null; chunk = from.takeFirst()) {
      byte[] bytes = new byte[chunk.length()];
      chunk.bytes().clear().get(bytes);
      text.append(new String(bytes, StandardCharsets.ISO_8859_1));
      pool.giveBack(chunk);
    }
    assertThat(from.lengthBytes()).isZero();
    return text.toString();
  }
}

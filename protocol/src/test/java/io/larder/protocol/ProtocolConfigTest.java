package io.larder.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** The bounds a server may set. */
class ProtocolConfigTest {
  @Test
  void defaults() {
    assertThat(ProtocolConfig.DEFAULT)
        .isEqualTo(new ProtocolConfig(256, 1_048_576, 262_144, 20, 2048, 256, 4_194_304));
  }

  @Test
  void everyProblemIsNamed() {
    assertThatThrownBy(() -> new ProtocolConfig(0, 0, 0, 0, 0, -1, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "pendingReadsMax is not positive; pendingReadBytesMax is not positive; "
                + "replyBytesHigh is not positive; requestsPerTurn is not positive; lineBytesMax is not positive; "
                + "retainedChunksMax is negative; retainedInputBytesMax is negative");
  }
}

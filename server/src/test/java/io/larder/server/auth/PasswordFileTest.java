package io.larder.server.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.larder.server.auth.PasswordFile.Kind;
import io.larder.server.model.ExitCode;
import io.larder.server.model.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which names and passwords a file lets in. */
class PasswordFileTest {
  @TempDir private Path folder;
  private Path path = Path.of("");

  @BeforeEach
  void choosePath() {
    path = folder.resolve("passwords");
  }

  private PasswordFile file(Kind kind, String text) throws IOException, StartException {
    Files.writeString(path, text, ISO_8859_1);
    return PasswordFile.read(path, kind);
  }

  private static boolean lets(PasswordFile file, String user, String password) {
    return file.match(user.getBytes(ISO_8859_1), password.getBytes(ISO_8859_1));
  }

  @Test
  void onlyTheWholeNameWithTheWholePasswordIsLetIn() throws IOException, StartException {
    PasswordFile file = file(Kind.TEXT, "joe:secret\njill:other\r\n\nlast:without end");

    assertThat(lets(file, "joe", "secret")).isTrue();
    assertThat(lets(file, "jill", "other")).isTrue();
    assertThat(lets(file, "last", "without end")).isTrue();
    assertThat(lets(file, "joe", "other")).isFalse();
    assertThat(lets(file, "joe", "secre")).isFalse();
    assertThat(lets(file, "joe", "secret2")).isFalse();
    assertThat(lets(file, "jo", "secret")).isFalse();
    assertThat(lets(file, "", "")).isFalse();
  }

  @Test
  void aSecondColonEndsAPasswordForSaslOnly() throws IOException, StartException {
    String text = "joe:secret:::::::\n";

    PasswordFile sasl = file(Kind.SASL, text);
    assertThat(lets(sasl, "joe", "secret")).isTrue();
    assertThat(lets(sasl, "joe", "secret:::::::")).isFalse();

    PasswordFile plain = file(Kind.TEXT, text);
    assertThat(lets(plain, "joe", "secret")).isFalse();
    assertThat(lets(plain, "joe", "secret:::::::")).isTrue();
  }

  @Test
  void theTextProtocolKnowsEightUsers() throws IOException, StartException {
    StringBuilder text = new StringBuilder();
    for (int i = 1; i <= 9; i++) {
      text.append("user").append(i).append(":p\n");
    }

    assertThat(lets(file(Kind.TEXT, text.toString()), "user8", "p")).isTrue();
    assertThat(lets(file(Kind.TEXT, text.toString()), "user9", "p")).isFalse();
    assertThat(lets(file(Kind.SASL, text.toString()), "user9", "p")).isTrue();
  }

  @Test
  void aFileThatCannotBeUsedIsRefusedWithoutShowingWhatIsInIt() throws IOException {
    assertThat(refusal().problems().getFirst()).contains(path.toString(), "NoSuchFile");

    Files.writeString(path, "joe:secret\nhunter2\n");
    StartException malformed = refusal();
    assertThat(malformed.exitCode()).isEqualTo(ExitCode.SYSTEM);
    assertThat(malformed.problems().getFirst())
        .contains("line 2 has no colon")
        .doesNotContain("hunter2", "secret");

    Files.writeString(path, "joe:" + "x".repeat(252));
    assertThat(refusal().problems().getFirst()).contains("line 1 is longer than 255 bytes");
  }

  private StartException refusal() {
    return Objects.requireNonNull(
        catchThrowableOfType(StartException.class, () -> PasswordFile.read(path, Kind.TEXT)));
  }

  @Test
  void whatIsReadAgainCountsAndWhatCannotBeReadChangesNothing() throws IOException, StartException {
    PasswordFile file = file(Kind.TEXT, "joe:old\n");
    Files.writeString(path, "joe:new\n");
    assertThat(lets(file, "joe", "old")).as("before it is read again").isTrue();

    file.reload();
    assertThat(lets(file, "joe", "old")).isFalse();
    assertThat(lets(file, "joe", "new")).isTrue();

    Files.writeString(path, "nonsense\n");
    file.reload();
    assertThat(lets(file, "joe", "new")).isTrue();
    Files.delete(path);
    file.reload();
    assertThat(lets(file, "joe", "new")).isTrue();
  }

  @Test
  void aFileForSaslIsFollowed() throws IOException, StartException {
    PasswordFile file = file(Kind.SASL, "joe:old\n");
    Files.writeString(path, "joe:newer\n");
    assertThat(lets(file, "joe", "newer")).isTrue();
    assertThat(lets(file, "joe", "old")).isFalse();
  }
}

package io.larder.uring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The probe says whether io_uring can be used, and never fails itself. */
class UringProbeTest {

  @Test
  void answerComesWithAReason() {
    UringProbe probe = UringProbe.run();
    assertThat(probe.reason())
        .startsWith(probe.works() ? "a read through a ring succeeded" : "io_uring refused: ");
  }

  @Test
  void forbiddenNativeAccessIsARefusal() throws Exception {
    assertThat(askWith("--illegal-native-access=deny")).startsWith("false io_uring refused: ");
  }

  @Test
  void missingNativeLibraryIsARefusal() throws Exception {
    assertThat(askWith("-Dio.netty.transport.noNative=true"))
        .startsWith("false io_uring refused: ");
  }

  private static String askWith(String option) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(option, "-cp", System.getProperty("java.class.path")));
    command.add(Asker.class.getName());
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String answer = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isZero();
    return answer;
  }

  /** What another process does: asks the probe. */
  static final class Asker {
    public static void main(String[] args) {
      UringProbe probe = UringProbe.run();
      System.out.println(probe.works() + " " + probe.reason());
    }
  }
}

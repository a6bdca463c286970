package io.larder.server.cli;

import io.larder.cache.index.KeyHash;
import io.larder.cache.tier.FlashRecordFinder;
import io.larder.engine.inspect.DeviceIdentity;
import io.larder.engine.inspect.DeviceWalk;
import io.larder.engine.state.SavedState;
import io.larder.engine.state.StateLook;
import io.larder.platform.device.DeviceException;
import io.larder.platform.device.ReadOnlyDevice;
import io.larder.platform.state.FileStateStorage;
import io.larder.server.model.ExitCode;
import io.larder.server.model.StartException;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code larder inspect}: what a device or a state file holds, and whether it is sound. */
@Command(
    name = "inspect",
    header = {"Prints what a flash file, a block device or a state file holds.", ""},
    description = {
      "",
      "Reads every record and checks its checksum, its place and its key's hash. Changes nothing."
          + " While it runs no server can take the device; a device that a running server has is"
          + " refused, because what is just being written would look like damage.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  larder inspect larder-data/flash",
      "      What the default flash holds, and what of it a restart would find.",
      "  larder inspect --pages /dev/nvme1n1 --state /var/lib/larder/state",
      "      A block device, page by page, with the state file that was named by ext_state_path.",
      "  larder inspect --keys larder-data/flash | grep user:17",
      "      Where the copies of a key are, and whether they count.",
      "  larder inspect larder-data/flash.state",
      "      What the state file says, note by kind of note.",
      "",
      "Bytes in messages of damage are counted from the start of the file.",
      "",
      "Exit codes: 0 all is sound, 1 damage was found, 64 wrong option, or a file that is neither,",
      "71 cannot be read."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    usageHelpWidth = 90,
    versionProvider = Version.class)
final class InspectCommand implements Callable<Integer> {
  private static final String STATE_MAGIC = "LARDERST";
  private static final String SUFFIX = ".state";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description = "Flash file, block device or state file.")
  private List<Path> files = List.of();

  @Option(
      names = "--state",
      paramLabel = "FILE",
      description =
          "The state file of the devices. Default: FILE.state beside each, if there is one.")
  private @Nullable Path state;

  @Option(names = "--pages", description = "A line for each page.")
  private boolean isPageByPage;

  @Option(names = "--keys", description = "A line for each intact record, with its key.")
  private boolean isKeyByKey;

  @Override
  public Integer call() throws StartException {
    PrintWriter out = spec.commandLine().getOut();
    boolean isSound = true;
    try {
      for (Path file : files) {
        isSound &= look(file, out);
      }
    } finally {
      out.flush();
    }
    return (isSound ? ExitCode.OK : ExitCode.DAMAGE).number();
  }

  private boolean look(Path file, PrintWriter out) throws StartException {
    try {
      if (isState(file)) {
        return lookAtState(file, out);
      }
      try (ReadOnlyDevice device = ReadOnlyDevice.open(file)) {
        return lookAtDevice(file, device, out);
      }
    } catch (DeviceException e) {
      throw new StartException(ExitCode.SYSTEM, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new StartException(
          ExitCode.SYSTEM,
          "Cannot read %s: %s; check the path and its permissions.".formatted(file, e));
    }
  }

  /** Whether it begins as a state file does. What cannot be opened is left to the device to say. */
  private static boolean isState(Path file) throws IOException {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      return false;
    }
    try (var input = Files.newInputStream(file)) {
      return new String(input.readNBytes(STATE_MAGIC.length()), StandardCharsets.ISO_8859_1)
          .equals(STATE_MAGIC);
    }
  }

  // ------------------------------------------------------------------ a state file

  private static boolean lookAtState(Path file, PrintWriter out) throws IOException {
    if (isInUse(file)) {
      out.println(
          "A running server writes to " + file + ": what follows may have changed meanwhile.");
    }
    return StateReport.print(file.toString(), StateLook.at(new FileStateStorage(file)), out);
  }

  /** Whether a server has the device that it stands beside. */
  private static boolean isInUse(Path stateFile) throws IOException {
    String name = String.valueOf(stateFile.getFileName());
    if (!name.endsWith(SUFFIX)) {
      return false;
    }
    Path device = stateFile.resolveSibling(name.substring(0, name.length() - SUFFIX.length()));
    if (!Files.isRegularFile(device) || !Files.isReadable(device)) {
      return false;
    }
    try (ReadOnlyDevice free = ReadOnlyDevice.open(device)) {
      return free.sizeBytes() < 0;
    } catch (DeviceException e) {
      return true;
    }
  }

  // ------------------------------------------------------------------ a device

  private boolean lookAtDevice(Path file, ReadOnlyDevice device, PrintWriter out)
      throws IOException, StartException {
    DeviceIdentity identity = DeviceIdentity.of(device);
    if (identity == null) {
      throw new StartException(
          ExitCode.USAGE,
          "%s is neither a flash file nor a state file of Larder's%s: name the file of -o ext_path or of -o ext_state_path."
              .formatted(file, isEmpty(device) ? ", it is empty or zero" : ""));
    }
    Path statePath = state;
    if (statePath == null) {
      statePath = file.resolveSibling(file.getFileName() + SUFFIX);
    } else if (!Files.isRegularFile(statePath)) {
      throw new StartException(
          ExitCode.SYSTEM,
          "Cannot read the state file %s: there is no such file; check --state."
              .formatted(statePath));
    }
    StateLook look = StateLook.at(new FileStateStorage(statePath));
    SavedState saved = look.saved();
    String says;
    boolean isUsed = false;
    if (!look.exists()) {
      says = "none found beside it; what counts is not known";
    } else if (!saved.isUsable()) {
      says = statePath + " does not count: " + saved.reason();
    } else if (!look.identity().store().equals(identity.store())) {
      says = statePath + " is of another store, and does not count here";
    } else {
      says = statePath + (look.endsCleanly() ? ", clean end" : ", no clean end");
      isUsed = true;
    }
    DeviceReport report =
        new DeviceReport(
            out,
            isPageByPage,
            isKeyByKey,
            System.currentTimeMillis() / 1000,
            isUsed ? saved : null);
    DeviceWalk walk =
        new DeviceWalk(
            device,
            identity,
            new FlashRecordFinder(new KeyHash(identity.store().hashSeed())),
            isUsed ? saved : null,
            report);
    report.begin(file.toString(), identity, device.sizeBytes(), walk.pageCount(), says);
    try (LookBar bar = LookBar.of("reading " + file.getFileName(), walk.pageCount())) {
      for (int row = 0; row < walk.pageCount(); row++) {
        walk.lookAt(row);
        bar.step();
      }
    }
    boolean isSound = report.end(walk);
    return isSound && (!look.exists() || look.isSound());
  }

  private static boolean isEmpty(ReadOnlyDevice device) throws IOException {
    ByteBuffer start = ByteBuffer.allocate((int) Math.min(1 << 20, device.sizeBytes()));
    try {
      device.read(start, 0);
    } catch (EOFException e) {
      // It was cut off meanwhile; the rest stays zero.
    }
    for (byte b : start.array()) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }
}

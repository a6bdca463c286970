package io.larder.server.start;

import io.larder.server.model.ExitCode;
import io.larder.server.model.StartException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * The user the server runs as.
 *
 * <p>A server started as root may go on as somebody else once it has what only root may open. The C
 * library gives up the rights of all threads together, so it does not matter which thread asks.
 *
 * <p>Linux and other systems whose {@code passwd} begins with name, password, user id, group id.
 */
@SuppressWarnings("restricted") // The JDK has no other door to these calls.
final class Privileges {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final AddressLayout ADDRESS = ValueLayout.ADDRESS;
  private static final StructLayout PASSWD =
      MemoryLayout.structLayout(
          ADDRESS.withName("name"),
          ADDRESS.withName("password"),
          INT.withName("uid"),
          INT.withName("gid"));
  private static final long UID_OFFSET = PASSWD.byteOffset(PathElement.groupElement("uid"));
  private static final long GID_OFFSET = PASSWD.byteOffset(PathElement.groupElement("gid"));

  private final String user;
  private final int uid;
  private final int gid;

  private Privileges(String user, int uid, int gid) {
    this.user = user;
    this.uid = uid;
    this.gid = gid;
  }

  /** Whether this process may do anything. */
  static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  /**
   * The user to go on as; null if that is the one who started the server.
   *
   * @param user null if none was named
   * @throws StartException if there is no such user, or finding out is impossible here
   */
  static @Nullable Privileges of(@Nullable String user) throws StartException {
    if (user == null || !isRoot()) {
      return null;
    }
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle find = handle("getpwnam", FunctionDescriptor.of(ADDRESS, ADDRESS));
      MemorySegment found = (MemorySegment) find.invokeExact(arena.allocateFrom(user));
      if (found.address() == 0) {
        throw new StartException(
            ExitCode.NO_USER,
            "-u %s is no user of this machine: create the user or name another.".formatted(user));
      }
      MemorySegment passwd = found.reinterpret(PASSWD.byteSize());
      return new Privileges(user, passwd.get(INT, UID_OFFSET), passwd.get(INT, GID_OFFSET));
    } catch (StartException e) {
      throw e;
    } catch (Throwable e) {
      throw impossible(user, e.toString());
    }
  }

  /** Goes on as the user, for good. */
  void drop() throws StartException {
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle groups = handle("initgroups", FunctionDescriptor.of(INT, ADDRESS, INT));
      check("initgroups", (int) groups.invokeExact(arena.allocateFrom(user), gid));
      MethodHandle group = handle("setgid", FunctionDescriptor.of(INT, INT));
      check("setgid", (int) group.invokeExact(gid));
      MethodHandle owner = handle("setuid", FunctionDescriptor.of(INT, INT));
      check("setuid", (int) owner.invokeExact(uid));
    } catch (StartException e) {
      throw e;
    } catch (Throwable e) {
      throw impossible(user, e.toString());
    }
  }

  private void check(String call, int result) throws StartException {
    if (result != 0) {
      throw impossible(user, call + " was refused");
    }
  }

  private static StartException impossible(String user, String why) {
    return new StartException(
        ExitCode.SYSTEM,
        "Cannot go on as user %s: %s; start Larder as that user instead, without -u."
            .formatted(user, why));
  }

  private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
  }
}

package io.larder.server.cli;

import picocli.CommandLine.IVersionProvider;

/** Which Larder this is. */
final class Version implements IVersionProvider {
  private static final String UNFINISHED = "-SNAPSHOT";

  /** Such as {@code 0.1.0}. */
  static String text() {
    String built = Version.class.getPackage().getImplementationVersion();
    return built == null ? "0.0.0" : built.replace(UNFINISHED, "");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"larder " + text()};
  }
}

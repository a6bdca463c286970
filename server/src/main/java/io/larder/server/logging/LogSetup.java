package io.larder.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.LoggerFactory;

/**
 * Logs warnings and errors to standard error, and more on request.
 *
 * <p>Logback finds it by the {@code ServiceLoader}, and no configuration file has to be parsed at
 * the start.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
  private static final String PATTERN = "%d{HH:mm:ss.SSS} %-5level %logger{0}: %msg%n";
  private static final String OWN = "io.larder";

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setName("stderr");
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
    setVerbosity(context, 0);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /**
   * Sets how much is logged.
   *
   * @param level 0 warnings, 1 what happens, 2 details, 3 and more everything, Netty's too
   */
  public static void setVerbosity(int level) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      setVerbosity(context, level);
    }
  }

  private static void setVerbosity(LoggerContext context, int level) {
    context
        .getLogger(OWN)
        .setLevel(level <= 0 ? Level.WARN : level == 1 ? Level.INFO : Level.DEBUG);
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(level <= 2 ? Level.WARN : Level.DEBUG);
  }
}

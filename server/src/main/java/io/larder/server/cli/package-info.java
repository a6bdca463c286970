/**
 * The command line: sub-commands, help, and what is said on the terminal.
 *
 * <p>Files in reading order: {@code LarderCommand}, {@code ServeCommand}, {@code Detached}, {@code
 * PidFile}, {@code PortFile}, {@code Signals}, {@code ExtendedHelp}, {@code Version}.
 */
@NullMarked
package io.larder.server.cli;

import org.jspecify.annotations.NullMarked;

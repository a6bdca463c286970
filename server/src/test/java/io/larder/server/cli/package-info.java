/** Tests of the program, in a process of its own. */
@NullMarked
package io.larder.server.cli;

import org.jspecify.annotations.NullMarked;

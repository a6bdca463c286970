/**
 * From what was asked for to a server that runs, and back.
 *
 * <p>Files in reading order: {@code LarderServer}, {@code FlashPlan}, {@code DefaultFlash}, {@code
 * FlashDevices}, {@code Privileges}, {@code Resources}, {@code StartLine}, {@code ReadableBytes}.
 */
@NullMarked
package io.larder.server.start;

import org.jspecify.annotations.NullMarked;

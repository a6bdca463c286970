/**
 * Looks at what a store has left on its devices, and changes nothing.
 *
 * <p>Files in reading order: {@code DeviceIdentity}, {@code DeviceWalk}, {@code PageLook}, {@code
 * RecordStanding}, {@code WalkListener}.
 */
@NullMarked
package io.larder.engine.inspect;

import org.jspecify.annotations.NullMarked;
